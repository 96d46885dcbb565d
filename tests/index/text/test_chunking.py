"""Sentences end where a reader would end them, and passages are whole sentences that hold everything."""

import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Passage, Span
from index.text.chunking import chunk_article, split_sentences
from index.text.cleaning import find_debris
from index.text.sentences import MAX_SENTENCE_CHARS

SEED = Path(__file__).parents[3] / "seeds" / "000_5c401926a82ef3ad.txt"


def sentences_of(text: str, debris: tuple[Span, ...] = ()) -> list[str]:
    return [span.slice(text) for span in split_sentences(text, debris)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["It broke out after midnight (8 p.m. GMT Monday), both said.", "Nobody slept."],
        ["He left at 8 p.m.", "Then he slept."],
        ["It begins at 9 a.m. Monday.", "It ends at 5 p.m. Eastern time."],
        ["The U.S. forces left.", "They came from the U.S.", "He is in the U.S. Army."],
        ["Mr. Putin met Gen. Mark Milley and Sen. Tim Scott, R-S.C., in St. Louis on Jan. 6 at No. 5."],
        ["Rep. Joe Neguse told Fire Cpt. Jason Daniels of Roe v. Wade."],
        ["J. K. Rowling and J.D. Vance met George W. Bush.", "Plan B.", "He left."],
        ["Apple Inc. said on Friday it had bought Beats Inc. for $3.5 million.", "Shares rose 5.4 percent."],
        ["He said.", "“No.”", "She left."],
        ["“At the moment we have 49 (soldiers) killed (…) and that is not all,” he said."],
        ["“He told me ‘I will go. I promise.’ and left.”", "She nodded."],
        ["“I went. He stayed. It rained,” he said.", "“No way.”", "“Yes?” she asked."],
        ['He said "go."', '"Stop!" he said.', "Wait... what?", "Yahoo! is good."],
        ["See https://example.org/a.html?b=c.d for more.", "Then go to www.example.org now."],
        ["32. Spain was second."],
        ["(He left. She stayed.) Then it ended.", "(See p. 5.)"],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    assert sentences_of(" ".join(sentences)) == sentences


def test_closing_quote_belongs_to_the_sentence_before_and_is_never_one() -> None:
    assert sentences_of("He said. “No.” ” Then he left.") == ["He said.", "“No.” ”", "Then he left."]
    assert sentences_of('He said "so. " Then he left.') == ['He said "so. "', "Then he left."]


def test_blank_lines_and_lines_of_their_own_end_sentences() -> None:
    text = "Talks begin\nThe two sides met on Tuesday\r\n\r\nNobody spoke\n- bread\n- butter"
    assert sentences_of(text) == [
        "Talks begin",
        "The two sides met on Tuesday",
        "Nobody spoke",
        "- bread",
        "- butter",
    ]


def test_lines_broken_at_a_fixed_width_are_one_text() -> None:
    sentences = [
        "The ministry said on Tuesday that the two sides had agreed to meet again next week in Geneva, and there "
        "President Macron of France is to open the talks.",
        "Nobody gave details of what was said.",
    ]
    last = "It was late already, and the president of the other side, Mr. Aliyev, had gone."
    text = "\r\n\r\n".join(wrap(paragraph, 58) for paragraph in (" ".join(sentences), last))
    assert "President\r\nMacron" in text
    assert "side,\r\nMr. Aliyev" in text
    assert [" ".join(sentence.split()) for sentence in sentences_of(text)] == [*sentences, last]


def wrap(paragraph: str, width: int) -> str:
    return "\r\n".join(textwrap.wrap(paragraph, width))


@pytest.mark.parametrize("blank", ["\t", "\xa0", "\u2009", "\u202f", "\u3000"])
def test_blanks_of_any_width_are_blanks(blank: str) -> None:
    text = "He took vitamin C . Then he went home. Mr. Smith did not."
    assert sentences_of(text.replace(" ", blank)) == [one.replace(" ", blank) for one in sentences_of(text)]


def test_what_breaks_the_library_that_ends_sentences_is_an_error_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.text.sentences._BLANKS", {})
    with pytest.raises(RuntimeError, match="sentencex broke at 'He took vitamin C"):
        sentences_of("He took vitamin C\xa0. Mr. Smith did not.")


def test_debris_ends_a_sentence() -> None:
    assert sentences_of("He left p> early.", (Span(8, 10),)) == ["He left", "early."]


def test_endless_text_is_cut_at_sentences_of_a_quotation_then_clauses_then_spaces() -> None:
    quotation = "“" + "We will go on. " * 60 + "” he said."
    clauses = "and we went on, " * 80
    words = "word " * 300
    ends = [{text[-1] for text in sentences_of(whole)[:-1]} for whole in (quotation, clauses, words, "x" * 3000)]
    assert ends == [{"."}, {","}, {"d"}, {"x"}]
    for whole in (quotation, clauses, words, "x" * 1_000_000):
        assert max(map(len, sentences_of(whole))) <= MAX_SENTENCE_CHARS


def test_half_characters_do_not_break_the_splitter() -> None:
    assert sentences_of("He left\ud83d. She stayed.") == ["He left\ud83d.", "She stayed."]


def test_short_paragraphs_share_a_passage_and_a_tail_is_balanced() -> None:
    paragraphs = ["The talks went on until the morning of the day " + word + "." for word in "abcdef"]
    article = Article("a", "", "\n\n".join(paragraphs))
    passages = chunk_article(article, max_chars=210)
    assert [len(passage.sentences) for passage in passages] == [3, 3]  # and not 4 and 2
    assert passages[0] == Passage("a", Span(0, 151), (Span(0, 49), Span(51, 100), Span(102, 151)))


def test_passages_of_the_seed_are_whole_sentences_without_debris() -> None:
    text = SEED.read_text(encoding="utf-8")
    passages = chunk_article(Article("seed", text.split("\n", 1)[0], text))
    assert passages[0].span.slice(text).startswith("At least 49 Armenian servicemen were killed on Tuesday")
    assert passages[-1].span.slice(text).endswith("where they had already spoken in April and May.")
    assert max(len(passage.span) for passage in passages) <= 500
    quotable = " ".join(passage.span.slice(text) for passage in passages)
    assert not any(junk in quotable for junk in (";djan", "p>", "Deep Concern", "Frequent clashes"))


def test_sentence_longer_than_a_passage_is_a_passage_of_its_own() -> None:
    article = Article("a", "", "He left. The talks went on and on and on until the morning. She left.")
    assert [len(passage.span) for passage in chunk_article(article, max_chars=20)] == [8, 50, 9]


def test_article_without_words_has_no_passage() -> None:
    assert chunk_article(Article("a", "", " \n\n<p></p>\n")) == []


def test_passage_of_no_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="max_chars=0"):
        chunk_article(Article("a", "", "He left."), max_chars=0)


FRAGMENTS = st.sampled_from(
    ["He left.", " ", "\n", "\n\n", "\r\n", "“", "”", '"', "Mr. ", "8 p.m. ", "GMT", "<p>", "p>", "U.S. ", "...", "。",
     "word ", "A. ", "1. ", "(", ")", "\u2028", "\x85", "\ud800", "\U0001f600", "x" * 700, "and so on, " * 70]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS, max_size=40).map("".join))


def uncovered(text: str, spans: list[Span]) -> str:
    """Return what of the text lies outside the spans, which must be in order and disjoint."""
    starts = [0, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), len(text)]
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    return "".join(text[start:end] for start, end in zip(starts, ends, strict=True))


@given(TEXTS)
def test_sentences_and_debris_together_hold_every_character_once(text: str) -> None:
    debris = find_debris(text, "")
    sentences = split_sentences(text, debris)
    assert uncovered(text, sorted([*sentences, *debris])).strip() == ""
    assert all(span.slice(text) == span.slice(text).strip() for span in sentences)
    assert max(map(len, sentences), default=0) <= MAX_SENTENCE_CHARS


@given(TEXTS, st.integers(1, 600))
def test_passages_hold_every_sentence_once_and_keep_their_length(text: str, max_chars: int) -> None:
    passages = chunk_article(Article("a", "", text), max_chars=max_chars)
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    assert sentences == split_sentences(text, find_debris(text, ""))
    for passage in passages:
        assert passage.span == Span(passage.sentences[0].start, passage.sentences[-1].end)
        assert len(passage.span) <= max_chars or len(passage.sentences) == 1
        assert not any(span.overlaps(passage.span) for span in find_debris(text, ""))
