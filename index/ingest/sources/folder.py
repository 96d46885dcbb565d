"""A folder or a file to articles, one at a time, each input accounted for: an Article or a Skipped."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from index.article import Article, Skipped, revision_of
from index.errors import ArticlesMissing, Unreadable
from index.ingest.parsing_apart import DOCUMENT_LIMITS, parse_apart
from index.ingest.sources.files import read_bytes
from index.ingest.sources.html import read_html
from index.ingest.sources.jsonl import read_jsonl
from index.ingest.sources.metadata import (
    SIDECAR_SUFFIXES,
    Metadata,
    find_sidecar,
    read_sidecar,
    title_from_name,
)
from index.ingest.sources.pdf import read_pdf
from index.ingest.sources.text import read_text
from index.sizes import MAX_TITLE_CHARS, cut
from index.text.cleaning import find_debris
from index.text.datelines import with_dateline

_Reader = Callable[[bytes, str], tuple[str, Metadata]]
_read_page: _Reader = partial(parse_apart, read_html)
_READERS: dict[str, _Reader] = {
    ".txt": read_text,
    ".md": read_text,
    ".html": _read_page,
    ".htm": _read_page,
    ".pdf": partial(parse_apart, read_pdf, limits=DOCUMENT_LIMITS),
}
_KINDS = (*_READERS, ".jsonl")

_Named = tuple[str, Article | Unreadable]


def read_articles(path: Path) -> Iterator[Article | Skipped]:
    """Return the articles of a folder (with its subfolders, in the order of their names) or of one file.

    Streams: only hashes of the texts are kept. `README.md`, hidden files and sidecars are passed over in
    silence; everything else is either an Article or a Skipped with its reason.

    Raises:
        ArticlesMissing: at once, if there is nothing at `path`.
    """
    if not path.exists():
        raise ArticlesMissing(
            f"there is no file or folder {path}; check --articles (or ARTICLES): it may be a folder of "
            f"{', '.join(_KINDS)} files, or one such file"
        )
    files = _walk(path, set()) if path.is_dir() else iter([path])
    folder = path if path.is_dir() else path.parent
    found = (item for file in files for item in _read_file(file, _name_of(file.relative_to(folder))))
    return _without_repeats(found)


def _name_of(path: Path) -> str:
    """Return the path as text that can be stored: file names may hold bytes that are no text at all."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _walk(folder: Path, visited: set[Path]) -> Iterator[Path]:
    """Yield files below `folder`, and folders that cannot be listed; linked folders are entered, none twice."""
    real = folder.resolve()
    if real in visited:
        return
    visited.add(real)
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder
        return
    names = {entry.name for entry in entries}
    for entry in entries:
        if _is_passed_over(entry, names):
            continue
        if _is_folder(entry):
            yield from _walk(entry, visited)
        else:
            yield entry


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_passed_over(path: Path, names: set[str]) -> bool:
    is_sidecar = path.suffix.lower() in SIDECAR_SUFFIXES and any(
        path.with_suffix(kind).name in names for kind in _READERS
    )
    return path.name.startswith(".") or path.name.lower() == "readme.md" or is_sidecar


def _read_file(path: Path, name: str) -> Iterator[_Named]:
    kind = path.suffix.lower()
    try:
        if _is_folder(path):
            raise Unreadable("is a folder that cannot be opened")
        if kind == ".jsonl":
            yield from read_jsonl(path, name)
        elif kind in _READERS:
            yield from _read_one(path, name, _READERS[kind])
        else:
            raise Unreadable(f"is of an unsupported kind; these are read: {', '.join(_KINDS)}")
    except Unreadable as reason:
        yield name, reason
    except OSError as error:
        yield name, Unreadable(f"cannot be opened: {error.strerror or error}")


def _read_one(path: Path, name: str, read: _Reader) -> Iterator[_Named]:
    """Yield the article of a file that holds one; a sidecar that cannot be used is reported beside it."""
    known = Metadata()
    sidecar = find_sidecar(path)
    if sidecar is not None:
        try:
            known = read_sidecar(sidecar)
        except Unreadable as reason:
            sidecar_name = Path(name).with_name(_name_of(Path(sidecar.name))).as_posix()
            yield sidecar_name, Unreadable(f"{reason}; {Path(name).name} is read without it")
    text, metadata = read(read_bytes(path), name)
    known = known.or_else(metadata)
    yield (
        name,
        Article(
            id=known.id or name,
            title=cut(known.title or title_from_name(Path(name)), MAX_TITLE_CHARS),
            text=text,
            source=known.source,
            published_at=known.published_at,
            url=known.url,
        ),
    )


def _without_repeats(found: Iterable[_Named]) -> Iterator[Article | Skipped]:
    """Yield articles as they come, less those without words, and those whose text or id was there before."""
    name_by_revision: dict[str, str] = {}
    name_by_id: dict[str, str] = {}
    for name, article in found:
        if isinstance(article, Unreadable):
            yield Skipped(name, str(article))
            continue
        revision = revision_of(article.text)
        if not _has_words(article):
            yield Skipped(name, "is empty: it holds no words")
        elif revision in name_by_revision:
            yield Skipped(name, f"has the same text as {name_by_revision[revision]}")
        elif article.id in name_by_id:
            yield Skipped(name, f'has the same id, "{article.id}", as {name_by_id[article.id]}')
        else:
            name_by_revision[revision] = name_by_id[article.id] = name
            yield with_dateline(article)


def _has_words(article: Article) -> bool:
    """Return whether anything but markup and white space is there; the costly look is for texts that may lack it."""
    text = article.text
    debris = find_debris(text, article.title) if "<" in text or text.startswith("---") else ()
    starts = (0, *(span.end for span in debris))
    ends = (*(span.start for span in debris), len(text))
    return any(any(map(str.isalnum, text[start:end])) for start, end in zip(starts, ends, strict=True))
