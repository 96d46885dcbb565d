"""Bytes of one file to text, or a plain reason why not. Knows nothing of what the text says."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from index.errors import Unreadable

MAX_ARTICLE_BYTES = 10_000_000
_SAMPLE_BYTES = 64_000  # enough to tell an encoding; detection is slow on more
_MANY_HIGH_BYTES = 0.15  # of all bytes: Cyrillic, Greek, CJK; Western languages stay well below
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = bytes(range(128))
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes.

    Raises:
        Unreadable: it cannot be opened, is no regular file, or is larger than `MAX_ARTICLE_BYTES`.
    """
    try:
        require_regular(path)
        size = path.stat().st_size
        if size > MAX_ARTICLE_BYTES:
            raise Unreadable(f"is {size / 1e6:.1f} MB; one article may have {MAX_ARTICLE_BYTES / 1e6:.0f} MB at most")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error.strerror or error}") from error


def require_regular(path: Path) -> None:
    """Raise `Unreadable` for what is no regular file: a pipe or a device would be read without end.

    Raises:
        OSError: it cannot be looked at.
    """
    if path.is_symlink() and not path.exists():
        raise Unreadable("is a link to a file that does not exist")
    if not path.is_file():
        raise Unreadable("is not a regular file")


def decode(content: bytes) -> str:
    """Return the text of `content`, whatever its encoding; a byte order mark is not part of it.

    Raises:
        Unreadable: it is binary, or in no encoding that could be recognised.
    """
    encoding = _encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("is in no text encoding that could be recognised; save it as UTF-8") from error
    if "\0" in text or len(_CONTROLS.findall(text)) > len(text) // 100:
        raise Unreadable("looks like a binary file, not text")
    return text


def check_storable(text: str) -> None:
    """Raise `Unreadable` for characters that no database or messenger takes."""
    if "\0" in text:
        raise Unreadable("holds a NUL character, which is not text")
    if not text.isascii() and _SURROGATES.search(text):
        raise Unreadable("holds half of a character (a lone surrogate), which cannot be stored")


def _encoding_of(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding
    if b"\0" in content[:_SAMPLE_BYTES]:
        return _utf16_without_mark(content[:_SAMPLE_BYTES])
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy_encoding_of(content)
    return "utf-8"


def _utf16_without_mark(sample: bytes) -> str:
    """Return the byte order of UTF-16: mostly Latin text has a zero in every second byte; other zeros are binary.

    Raises:
        Unreadable: it is not text of this kind.
    """
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.7 * half and not sample[::2].count(0):
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * half and not sample[1::2].count(0):
        return "utf-16-be"
    raise Unreadable("looks like a binary file, not text")


def _legacy_encoding_of(content: bytes) -> str:
    """Return the 8-bit or East Asian encoding; Western texts hold too few telling bytes, so they are cp1252."""
    high_bytes = len(content.translate(None, _HIGH))
    if high_bytes < _MANY_HIGH_BYTES * len(content) and _decodes(content, "cp1252"):
        return "cp1252"
    best = from_bytes(content[:_SAMPLE_BYTES]).best()
    return best.encoding if best is not None and _decodes(content, best.encoding) else "latin-1"


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
