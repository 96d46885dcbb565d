"""What is known about an article beside its text: sidecar files, front matter, dates and titles."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import yaml

from index.errors import Unreadable
from index.ingest.sources.files import check_storable, decode, read_bytes
from index.text.cleaning import front_matter_end

logger = logging.getLogger(__name__)

SIDECAR_SUFFIXES = (".json", ".yaml", ".yml")
_MAX_HEADLINE_CHARS = 150
_MAX_TITLE_CHARS = 80
_MAX_YAML_CHARS = 50_000  # which takes a quarter of a second to read
_NO_VALUE = {"", "~", "null"}
_NOT_A_HEADLINE = re.compile(r"[-*•–<|>{\[]|\d+[.)]\s")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a sidecar, front matter, a web page or a JSON line says of an article; nothing is required."""

    id: str | None = None
    title: str | None = None
    source: str | None = None
    published_at: datetime | None = None
    url: str | None = None

    def or_else(self, other: "Metadata") -> "Metadata":
        """Return these values, and those of `other` where there is none."""
        return Metadata(
            id=self.id or other.id,
            title=self.title or other.title,
            source=self.source or other.source,
            published_at=self.published_at or other.published_at,
            url=self.url or other.url,
        )


def find_sidecar(path: Path) -> Path | None:
    """Return the file beside `path` of the same stem that describes it, if there is one."""
    candidates = (path.with_suffix(suffix) for suffix in SIDECAR_SUFFIXES)
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def read_sidecar(path: Path) -> Metadata:
    """Return what a sidecar file says.

    Raises:
        Unreadable: it is not JSON or YAML with the fields of an article.
    """
    text = decode(read_bytes(path))
    if path.suffix.lower() != ".json":
        return _parse_yaml(text, path.name)
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not valid JSON: {error}") from error
    return parse_metadata(fields, path.name)


def read_front_matter(text: str, name: str) -> Metadata:
    """Return what the YAML block between `---` lines at the top of `text` says; nothing if there is none.

    Raises:
        Unreadable: there is such a block, and it is not YAML with the fields of an article.
    """
    end = front_matter_end(text)
    if not end:
        return Metadata()
    return _parse_yaml(text[:end].strip().removeprefix("---").removesuffix("---"), name)


def parse_metadata(fields: object, name: str) -> Metadata:
    """Return the fields of an article from a mapping; `name` says where they are from, should a date be odd.

    Raises:
        Unreadable: it is no mapping, or a field has a value of the wrong type.
    """
    if not isinstance(fields, Mapping):
        raise Unreadable(f"holds {_kind(fields)} where a mapping of title, source, published … is expected")
    published = fields.get("published")
    return Metadata(
        id=_text_field(fields, "id"),
        title=_text_field(fields, "title"),
        source=_text_field(fields, "source"),
        published_at=parse_date(fields.get("date") if published is None else published, name),
        url=_text_field(fields, "url"),
    )


def parse_date(value: object, name: str) -> datetime | None:
    """Return an aware UTC time from an ISO 8601 (or RFC 2822) date; a time without a zone is taken as UTC.

    A date that cannot be read, or has not come yet, is logged with `name` and is None: the article is worth more than
    its date.
    """
    if value is None or (isinstance(value, str) and value.strip().lower() in _NO_VALUE):
        return None
    if isinstance(value, str):
        for parse in (datetime.fromisoformat, parsedate_to_datetime):
            try:
                parsed = parse(value.strip())
                moment = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
            except (ValueError, OverflowError, IndexError):
                continue
            if not_in_future(moment) is None:
                logger.warning("%s: the date %.40r has not come yet; ignored", name, value)
                return None
            return moment
    logger.warning("%s: the date %.40r is not like 2022-09-13 or 2022-09-13T10:00:00Z; ignored", name, value)
    return None


def not_in_future(moment: datetime) -> datetime | None:
    """Return the time, if it is not later than tomorrow: else an article would stay the latest for years."""
    return moment if moment <= datetime.now(UTC) + timedelta(days=1) else None


def headline_of(text: str) -> str | None:
    """Return the first line below any front matter, if it reads like a headline rather than like a sentence."""
    lines = text[front_matter_end(text) :].lstrip("\ufeff").lstrip().split("\n", 1)
    line = " ".join(lines[0][: _MAX_HEADLINE_CHARS + 50].split()).lstrip("# ")
    if not 3 <= len(line) <= _MAX_HEADLINE_CHARS or " " not in line or _NOT_A_HEADLINE.match(line):
        return None
    ends_like_prose = line.rstrip("”’\"'») ")[-1:] in {".", ",", ";", ":", "…"}
    starts_well = line[0].isalnum() or line[0] in "“‘\"'«¿¡$€£"
    return line if starts_well and not ends_like_prose else None


def title_from_name(path: Path) -> str:
    """Return a file's stem made readable: `pm_visits-paris.txt` is `Pm visits paris`."""
    words = " ".join(re.split(r"[\s_\-]+", path.stem)).strip()
    return words[:1].upper() + words[1:] if words else path.name


def title_from_text(text: str) -> str:
    """Return the first words of `text`, for an article that has neither a title nor a file name."""
    words = " ".join(text[front_matter_end(text) :][:1000].split())
    if len(words) <= _MAX_TITLE_CHARS:
        return words
    return words[:_MAX_TITLE_CHARS].rsplit(" ", 1)[0] + "…"


def _parse_yaml(text: str, name: str) -> Metadata:
    if len(text) > _MAX_YAML_CHARS:
        raise Unreadable(f"has more than {_MAX_YAML_CHARS:,} characters of YAML, where a few lines are expected")
    try:
        fields = yaml.load(text, Loader=yaml.BaseLoader)  # every value a string, so that id: 007 stays 007
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first_line = str(error).split("\n", 1)[0]
        raise Unreadable(f"is not valid YAML: {first_line}") from error
    metadata = parse_metadata({} if fields in (None, "") else fields, name)
    return replace(metadata, title=" ".join(metadata.title.split()) if metadata.title else None)


def _text_field(fields: Mapping[object, object], key: str) -> str | None:
    value = fields.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # ids are often numbers
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f'has {_kind(value)} as its "{key}", where text is expected')
    check_storable(value)
    value = value.strip()
    return None if value.lower() in _NO_VALUE else value


def _kind(value: object) -> str:
    names = {bool: "true or false", float: "a number", int: "a number", list: "a list", dict: "a mapping"}
    return "nothing" if value is None else names.get(type(value), "text")
