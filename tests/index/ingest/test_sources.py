"""Every input of a folder or file becomes an article or is reported with a reason; none ends the reading."""

import json
import logging
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Skipped
from index.errors import ArticlesMissing, Unreadable
from index.ingest.sources import read_articles
from index.ingest.sources.files import MAX_ARTICLE_BYTES, decode
from index.ingest.sources.metadata import parse_date

KINDS = ".txt, .md, .html, .htm, .pdf, .jsonl"
TEXT = "Talks begin in Geneva\n\nThe two sides met on Tuesday.\n"


def read(path: Path) -> list[Article | Skipped]:
    return list(read_articles(path))


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_folder_is_read_in_order_with_its_subfolders(tmp_path: Path) -> None:
    write(tmp_path / "b.txt", "Second story here\n\nIt rained on Monday.")
    write(tmp_path / "a" / "first_story-of_all.md", "It rained on Sunday.")
    write(tmp_path / "c.jsonl", '{"id": "x", "title": "Third", "text": "It rained."}\n')
    for ignored in ("README.md", ".hidden.txt", ".git/config.txt", "a/readme.MD"):
        write(tmp_path / ignored, "Not an article at all.")
    write(tmp_path / "photo.jpg", b"\xff\xd8")
    assert read(tmp_path) == [
        Article("a/first_story-of_all.md", "First story of all", "It rained on Sunday."),
        Article("b.txt", "Second story here", "Second story here\n\nIt rained on Monday."),
        Article("x", "Third", "It rained."),
        Skipped("photo.jpg", f"is of an unsupported kind; these are read: {KINDS}"),
    ]


def test_single_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "talks.txt", TEXT)
    assert read(path) == [Article("talks.txt", "Talks begin in Geneva", TEXT)]
    assert read(write(tmp_path / "talks.xyz", TEXT)) == [
        Skipped("talks.xyz", f"is of an unsupported kind; these are read: {KINDS}")
    ]


def test_missing_path_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ArticlesMissing, match="check --articles"):
        read_articles(tmp_path / "nowhere")


def test_stored_text_keeps_line_ends_and_white_space(tmp_path: Path) -> None:
    text = "  Talks begin\r\n\r\n\tThe two sides met.\x85\u2028 \r\n"
    assert [item.text for item in read(write(tmp_path / "a.txt", text)) if isinstance(item, Article)] == [text]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Präsident “Macron” naïve café", "utf-8"),
        ("Präsident “Macron” naïve café", "utf-8-sig"),
        ("Präsident “Macron” naïve café", "utf-16"),
        ("Präsident Macron’s café", "utf-16-le"),
        ("Talks begin in the city", "utf-16-be"),
        ("Präsident “Macron” naïve café", "utf-32"),
        ("The president’s “café” visit – in brief", "cp1252"),
        ("Der Präsident besucht heute das Café", "latin-1"),
        ("Президент России встретился с премьер-министром Армении в Москве во вторник вечером", "cp1251"),
        ("日本の首相は火曜日に東京で記者会見を開き、新しい経済対策を発表した。", "shift_jis"),
    ],
)
def test_encoding_is_told_and_its_mark_is_no_part_of_the_text(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    with suppress(Unreadable):
        assert "\0" not in decode(content)


def test_file_without_usable_text_is_skipped_with_its_reason(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "")
    write(tmp_path / "b.txt", " \r\n\t\u200b")
    write(tmp_path / "c.txt", b"\x00\x01\x02\x03PNG" * 20)
    write(tmp_path / "d.txt", "<p></p>\n<br>")
    write(tmp_path / "e.txt", b"\xff\xfe\x00\xd8")
    (tmp_path / "f.txt").symlink_to(tmp_path / "nowhere")
    with (tmp_path / "g.txt").open("wb") as huge:
        huge.truncate(MAX_ARTICLE_BYTES + 1)
    assert read(tmp_path) == [
        Skipped("a.txt", "is empty: it holds no words"),
        Skipped("b.txt", "is empty: it holds no words"),
        Skipped("c.txt", "looks like a binary file, not text"),
        Skipped("d.txt", "is empty: it holds no words"),
        Skipped("e.txt", "is in no text encoding that could be recognised; save it as UTF-8"),
        Skipped("f.txt", "is a link to a file that does not exist"),
        Skipped("g.txt", "is 10.0 MB; one article may have 10 MB at most"),
    ]


def test_same_text_and_same_id_are_skipped_and_name_the_earlier_one(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", TEXT)
    write(tmp_path / "b.txt", TEXT)
    write(tmp_path / "c.jsonl", '{"id": "x", "text": "It rained."}\n{"id": "x", "text": "It snowed."}')
    assert [item for item in read(tmp_path) if isinstance(item, Skipped)] == [
        Skipped("b.txt", "has the same text as a.txt"),
        Skipped("c.jsonl:2", 'has the same id, "x", as c.jsonl:1'),
    ]


def test_linked_folder_is_entered_once(tmp_path: Path) -> None:
    write(tmp_path / "news" / "a.txt", TEXT)
    (tmp_path / "news" / "loop").symlink_to(tmp_path / "news")
    write(tmp_path / "elsewhere" / "b.txt", "It rained on Sunday.")
    (tmp_path / "news" / "more").symlink_to(tmp_path / "elsewhere")
    assert [item.id for item in read(tmp_path / "news") if isinstance(item, Article)] == ["a.txt", "more/b.txt"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("story.json", json.dumps({"id": 7, "title": "T", "source": "AP", "published": "2022-09-13", "url": "u"})),
        ("story.yaml", "id: 7\ntitle: T\nsource: AP\npublished: 2022-09-13\nurl: u\n"),
        ("story.yml", "id: '7'\ntitle: T\nsource: AP\ndate: 2022-09-13T02:00:00+02:00\nurl: u\n"),
    ],
)
def test_sidecar_describes_the_article_beside_it(tmp_path: Path, name: str, content: str) -> None:
    write(tmp_path / "story.txt", TEXT)
    write(tmp_path / name, content)
    published = datetime(2022, 9, 13, tzinfo=UTC)
    assert read(tmp_path) == [Article("7", "T", TEXT, source="AP", published_at=published, url="u")]


def test_broken_sidecar_is_reported_and_its_article_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", TEXT)
    write(tmp_path / "a.json", '["no", "mapping"]')
    write(tmp_path / "b.txt", "It rained on Sunday.")
    write(tmp_path / "b.yaml", "title: [never closed")
    write(tmp_path / "orphan.yaml", "title: whose?")
    items = read(tmp_path)
    assert [item.id for item in items if isinstance(item, Article)] == ["a.txt", "b.txt"]
    assert [(item.name, item.reason.split(":")[0]) for item in items if isinstance(item, Skipped)] == [
        ("a.json", "holds a list where a mapping of title, source, published … is expected; a.txt is read without it"),
        ("b.yaml", "is not valid YAML"),
        ("orphan.yaml", "is of an unsupported kind; these are read"),
    ]


def test_front_matter_describes_the_article_and_stays_in_its_text(tmp_path: Path) -> None:
    text = "---\ntitle: Talks\nsource: AP\npublished: 2022-09-13T10:00:00Z\n---\nThe two sides met.\n"
    published = datetime(2022, 9, 13, 10, tzinfo=UTC)
    assert read(write(tmp_path / "a.md", text)) == [Article("a.md", "Talks", text, "AP", published)]


def test_broken_front_matter_is_logged_and_its_article_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = "---\ntitle: [never closed\n---\nThe two sides met.\n"
    assert read(write(tmp_path / "some_talks.md", text)) == [Article("some_talks.md", "Some talks", text)]
    assert "some_talks.md" in caplog.text


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2022-09-13", datetime(2022, 9, 13, tzinfo=UTC)),
        ("2022-09-13T10:00:00", datetime(2022, 9, 13, 10, tzinfo=UTC)),
        ("2022-09-13T10:00:00.5Z", datetime(2022, 9, 13, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2022-09-13 12:00+02:00", datetime(2022, 9, 13, 10, tzinfo=UTC)),
        ("Tue, 13 Sep 2022 10:00:00 GMT", datetime(2022, 9, 13, 10, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_dates_become_utc(value: object, moment: datetime | None) -> None:
    assert parse_date(value, "a.txt") == moment


@pytest.mark.parametrize("value", ["yesterday", "2022-13-45", "0001-01-01T00:00:00+23:59", 20220913, ["2022"]])
def test_date_that_cannot_be_read_is_logged_by_name(value: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert parse_date(value, "a.txt") is None
    assert "a.txt" in caplog.text


@given(st.one_of(st.text(), st.dates().map(str), st.datetimes().map(str), st.floats()))
def test_any_date_is_a_moment_or_none(value: object) -> None:
    moment = parse_date(value, "a.txt")
    assert moment is None or moment.tzinfo is UTC
