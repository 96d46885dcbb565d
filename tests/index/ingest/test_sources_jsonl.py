"""JSON lines: the text is kept character for character, and one bad line costs that line only."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Skipped, revision_of
from index.ingest.sources import read_articles
from index.ingest.sources.files import MAX_ARTICLE_BYTES


def read_lines(path: Path, *lines: str | bytes) -> list[Article | Skipped]:
    path = path / "news.jsonl"
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines))
    return list(read_articles(path))


def test_line_becomes_an_article(tmp_path: Path) -> None:
    fields = {"id": "n1", "title": "Talks", "text": " It rained.\r\n", "source": "AP", "url": "https://a.example"}
    line = json.dumps({**fields, "published": "2022-09-13T10:00:00Z"})
    published = datetime(2022, 9, 13, 10, tzinfo=UTC)
    assert read_lines(tmp_path, line) == [
        Article("n1", "Talks", " It rained.\r\n", "AP", published, "https://a.example")
    ]


def test_only_text_is_required_and_equal_texts_have_equal_ids(tmp_path: Path) -> None:
    text = "It rained on Sunday in the whole of the country, and nobody who was there will ever forget it."
    assert read_lines(tmp_path, json.dumps({"text": text, "id": None, "published": None})) == [
        Article(
            revision_of(text),
            "It rained on Sunday in the whole of the country, and nobody who was there will…",
            text,
        )
    ]


def test_bad_lines_are_skipped_by_number_and_the_rest_is_read(tmp_path: Path) -> None:
    items = read_lines(
        tmp_path,
        '{"text": "It rained."',
        "",
        "[1, 2]",
        '{"title": "T"}',
        '{"text": 7}',
        '{"text": "It rained.", "title": ["T"]}',
        '{"text": "half \\ud83d of it"}',
        '{"text": "no\\u0000thing"}',
        '{"text": "  "}',
        '{"id": 5, "text": "It rained."}',
    )
    assert [(item.name, item.reason.split(": ")[0]) for item in items if isinstance(item, Skipped)] == [
        ("news.jsonl:1", "is not valid JSON"),
        ("news.jsonl:3", 'is not a JSON object like {"title"'),
        ("news.jsonl:4", 'has no "text"'),
        ("news.jsonl:5", 'has a "text" that is not text but 7'),
        ("news.jsonl:6", 'has a list as its "title", where text is expected'),
        ("news.jsonl:7", "holds half of a character (a lone surrogate), which cannot be stored"),
        ("news.jsonl:8", "holds a NUL character, which is not text"),
        ("news.jsonl:9", "is empty"),
    ]
    assert items[-1] == Article("5", "It rained.", "It rained.")


def test_line_beyond_the_limit_is_skipped_without_being_held(tmp_path: Path) -> None:
    long = json.dumps({"text": "x" * (2 * MAX_ARTICLE_BYTES + 5)})
    assert read_lines(tmp_path, long, '{"id": "b", "text": "It rained."}') == [
        Skipped("news.jsonl:1", "is longer than 10 MB, the most one article may have"),
        Article("b", "It rained.", "It rained."),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_lines_in_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    line = json.dumps({"id": "a", "title": "Café", "text": "Le café est fermé."}, ensure_ascii=False)
    content = (line + "\n" + line.replace('"a"', '"b"').replace("fermé", "ouvert")).encode(encoding)
    assert read_lines(tmp_path, content) == [
        Article("a", "Café", "Le café est fermé."),
        Article("b", "Café", "Le café est ouvert."),
    ]


def test_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"id": "a", "text": "It rained."}\n' * 3, encoding="utf-8")
    articles: Iterator[Article | Skipped] = read_articles(path)
    assert next(articles) == Article("a", "It rained.", "It rained.")
    assert next(articles) == Skipped("news.jsonl:2", "has the same text as news.jsonl:1")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_text_with_words_is_kept_character_for_character(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    kept = "It rained." + text
    (article,) = read_lines(folder, json.dumps({"id": "a", "text": kept}))
    assert isinstance(article, Article)
    assert article.text == kept


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    read_lines(tmp_path_factory.mktemp("lines"), content)
