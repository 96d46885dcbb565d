"""Documents and messages that somebody hands over."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from index import Article
from index.article import Skipped, revision_of
from index.ingest.sources.sent import read_document, read_message

_SENT = datetime(2024, 5, 4, 7, 30, tzinfo=UTC)
_TEXT = "The old bridge in Marlow opened again on Friday."


def test_a_document_is_read_like_a_file_and_keeps_who_it_is_from() -> None:
    content = b"Bridge opens\n\n" + _TEXT.encode()
    found = read_document(content, "../../etc/Bridge story.txt", origin="The Courier", published_at=_SENT)
    expected = Article("sent/Bridge story.txt", "Bridge opens", content.decode(), "The Courier", _SENT)
    assert found == [expected]


def test_what_a_document_says_of_itself_goes_first() -> None:
    line = b'{"id": "b", "title": "T", "text": "It opened.", "source": "S", "published": "2020-01-02"}\n'
    found = read_document(line + b'{"text": "It shut."}\nnonsense', "all.jsonl", origin="O", published_at=_SENT)
    assert found[:2] == [
        Article("b", "T", "It opened.", "S", datetime(2020, 1, 2, tzinfo=UTC)),
        Article(revision_of("It shut."), "It shut.", "It shut.", "O", _SENT),
    ]
    assert isinstance(found[2], Skipped)
    assert len(found) == 3


def test_a_dateline_goes_before_the_day_a_document_was_sent() -> None:
    (article,) = read_document(b"PARIS, May 2 (AFP) - " + _TEXT.encode(), "a.md", published_at=_SENT)
    assert isinstance(article, Article)
    assert article.published_at == datetime(2024, 5, 2, tzinfo=UTC)


def test_a_document_that_cannot_be_read_says_why() -> None:
    assert [type(item) for item in read_document(b"\0\1\2" * 50, "a.txt")] == [Skipped]
    (film,) = read_document(b"", "film.mp4")
    assert isinstance(film, Skipped)
    assert "unsupported kind" in film.reason


def test_a_message_is_an_article_told_apart_by_where_it_stands() -> None:
    text = f"Bridge opens\n\n{_TEXT}"
    url = "https://t.me/courier/17"
    expected = Article(url, "Bridge opens", text, "Courier", _SENT, url)
    assert read_message(text, origin="Courier", published_at=_SENT, url=url) == expected

    nameless = read_message(text, origin="Courier", published_at=_SENT)
    assert isinstance(nameless, Article)
    assert nameless.id == f"message/{revision_of(f'Courier: {text}')}"
    assert nameless == read_message(text, origin="Courier", published_at=_SENT)


def test_a_greeting_is_no_article() -> None:
    assert read_message("Good morning, all!") == Skipped("Good morning, all!", "is too short for an article")
    assert isinstance(read_message(""), Skipped)
    assert isinstance(read_message("half \ud800 of a character is in this one"), Skipped)


@given(st.text(max_size=200))
def test_whatever_a_document_is_called_it_is_read(name: str) -> None:
    (found,) = read_document(_TEXT.encode(), name)
    if isinstance(found, Article):
        assert found.id.startswith("sent/")
        assert found.text == _TEXT
    else:
        assert "unsupported kind" in found.reason
