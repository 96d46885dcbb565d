"""`.jsonl` files: one article a line, streamed, its text kept character for character."""

import codecs
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import AnyStr

from index.article import Article, revision_of
from index.errors import Unreadable
from index.ingest.sources.files import MAX_ARTICLE_BYTES, check_storable, decode, require_regular
from index.ingest.sources.metadata import headline_of, parse_metadata, title_from_text
from index.sizes import MAX_TITLE_CHARS, cut


def read_jsonl(path: Path, name: str) -> Iterator[tuple[str, Article | Unreadable]]:
    """Yield each line's name (`file.jsonl:12`), and its article or why there is none; blank lines are passed over.

    Raises:
        Unreadable: the file cannot be opened.
    """
    try:
        require_regular(path)
        for number, line in _lines(path):
            line_name = f"{name}:{number}"
            try:
                _check_length(line)
                text = line if isinstance(line, str) else decode(line)
                if text.strip():
                    yield line_name, _parse_article(text, line_name)
            except Unreadable as reason:
                yield line_name, reason
    except (OSError, UnicodeError) as error:
        raise Unreadable(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _lines(path: Path) -> Iterator[tuple[int, bytes | str]]:
    """Yield numbered lines; one beyond the limit comes cut, so that no line has to fit in memory."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            with path.open(encoding="utf-16", newline="\n") as decoded:
                yield from enumerate(_cut_lines(decoded.readline, "\n"), start=1)
            return
        file.seek(0)
        yield from enumerate(_cut_lines(file.readline, b"\n"), start=1)


def _cut_lines(readline: Callable[[int], AnyStr], end: AnyStr) -> Iterator[AnyStr]:
    while line := readline(MAX_ARTICLE_BYTES + 1):
        yield line
        while len(line) > MAX_ARTICLE_BYTES and not line.endswith(end):
            line = readline(MAX_ARTICLE_BYTES + 1)


def _check_length(line: bytes | str) -> None:
    if len(line) > MAX_ARTICLE_BYTES:
        raise Unreadable(f"is longer than {MAX_ARTICLE_BYTES / 1e6:.0f} MB, the most one article may have")


def _parse_article(line: str, name: str) -> Article:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not valid JSON: {error}") from error
    if not isinstance(fields, dict):
        raise Unreadable('is not a JSON object like {"title": "…", "text": "…"}')
    text = fields.get("text")
    if text is None:
        raise Unreadable('has no "text"')
    if not isinstance(text, str):
        raise Unreadable(f'has a "text" that is not text but {json.dumps(text)[:40]}')
    check_storable(text)
    known = parse_metadata(fields, name)
    return Article(
        id=known.id or revision_of(text),
        title=cut(known.title or headline_of(text) or title_from_text(text), MAX_TITLE_CHARS),
        text=text,
        source=known.source,
        published_at=known.published_at,
        url=known.url,
    )
