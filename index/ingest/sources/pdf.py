"""`.pdf` files: pypdf gives the text of their pages, which is what is stored."""

import io
import re
from typing import TYPE_CHECKING

from index.errors import Unreadable
from index.ingest.sources.metadata import Metadata, headline_of
from index.sizes import MAX_TEXT_CHARS

if TYPE_CHECKING:
    import pypdf

# Word processors leave these as titles: "Microsoft Word - draft3.docx", "untitled", "report.indd"
_NO_TITLE = re.compile(r"microsoft word|untitled|\S*\.(docx?|indd|pdf|qxd|tex|odt)$", re.IGNORECASE)


def read_pdf(content: bytes, name: str) -> tuple[str, Metadata]:
    """Return the text of a document's pages, and its title.

    Raises:
        Unreadable: it is broken, locked, or holds only pictures of text.
    """
    import pypdf  # slow to import, and most folders hold no PDF

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("is locked with a password")
        text = _text_of(reader)
        title = reader.metadata.title if reader.metadata else None
    except Unreadable:
        raise
    except Exception as error:  # pypdf raises nearly anything on a broken file; it must cost that file only
        raise Unreadable(f"is not a PDF that can be read: {error}") from error
    if not text.strip():
        raise Unreadable("holds no text, only pictures of it; run a text recogniser (OCR) over it first")
    return text, Metadata(title=_usable(title) or headline_of(text))


def _usable(title: object) -> str | None:
    """Return a document's title, which may be anything, if it is one."""
    if not isinstance(title, str) or " " not in title or _NO_TITLE.match(title):
        return None
    return " ".join(title.split())


def _text_of(reader: "pypdf.PdfReader") -> str:
    """Return the text of all pages, of which many may share the same long one.

    Raises:
        Unreadable: it is longer than an article may be.
    """
    pages: list[str] = []
    n_chars = 0
    for page in reader.pages:
        pages.append(page.extract_text())
        n_chars += len(pages[-1]) + 2
        if n_chars > MAX_TEXT_CHARS:
            raise Unreadable(f"holds more than {MAX_TEXT_CHARS:,} characters, the most one article may have")
    return "\n\n".join(pages)
