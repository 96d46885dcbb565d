"""Addresses of publishers' pages: which are safe to link, and how a link opens a page at the very words quoted.

The latter: https://wicg.github.io/scroll-to-text-fragment/."""

import html
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from bot.quoting.extent import EDGES

_LONGEST_URL_BYTES: Final = 1_000

_DIRECTIVE: Final = ":~:"
# Short words are given whole, longer ones by how they start and end: a page may break them by a picture or a note.
_LONGEST_WHOLE_CHARS: Final = 90
_WORDS_AT_AN_END: Final = 6
_LONGEST_END_CHARS: Final = 60
_EDGES: Final = f"{EDGES}\"'“”„‘’«»()[]{{}}*•"


def safe_url(url: str | None) -> str | None:
    """Return the address if it is http or https, has a host with a dot, and hides nothing; else None."""
    if url is None or re.search(r"[^\x21-\ud7ff\ue000-\U0010ffff]", url):
        return None
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        return None
    is_plain = address.scheme in ("http", "https") and "." in host and "@" not in address.netloc
    return url if is_plain and len(html.escape(url).encode()) <= _LONGEST_URL_BYTES else None


def link_to_words(url: str, words: str) -> str:
    """Return the address with a text fragment that finds the words; the address alone if they hold nothing to find.

    The page's own fragment is kept before it; an older text directive is replaced.
    """
    ends = _ends(words)
    if not ends:
        return url
    page = url.partition(_DIRECTIVE)[0].removesuffix("#")
    mark = _DIRECTIVE if "#" in page else f"#{_DIRECTIVE}"
    return f"{page}{mark}text={','.join(map(_encoded, ends))}"


def _ends(words: str) -> Sequence[str]:
    """Return the words whole if they are short and of one paragraph, else their first and last few."""
    paragraphs = [paragraph for line in words.splitlines() if (paragraph := " ".join(line.split()).strip(_EDGES))]
    if not paragraphs:
        return ()
    if len(paragraphs) == 1 and len(paragraphs[0]) <= _LONGEST_WHOLE_CHARS:
        return paragraphs
    first, last = paragraphs[0].split(), paragraphs[-1].split()
    if len(paragraphs) == 1 and len(first) < 2:  # no spaces to cut at: as Chinese is written
        return (paragraphs[0][:_LONGEST_END_CHARS],)
    count = min(_WORDS_AT_AN_END, len(first) // 2) if len(paragraphs) == 1 else _WORDS_AT_AN_END
    start, end = _fitting(first[:count]), _fitting(last[::-1][:count])[::-1]
    return tuple(" ".join(part).strip(_EDGES) for part in (start, end))


def _fitting(words: Sequence[str]) -> Sequence[str]:
    """Return as many of the words as fit, at least one."""
    count = next((n for n in range(len(words), 1, -1) if len(" ".join(words[:n])) <= _LONGEST_END_CHARS), 1)
    return words[:count]


def _encoded(words: str) -> str:
    # A dash next to a comma would mean a prefix or a suffix; commas and ampersands separate as well.
    return quote(words, safe="", errors="replace").replace("-", "%2D")
