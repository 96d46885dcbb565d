"""Links that lead back into the bot, and links that open a publisher's page at the very words quoted.

The latter: https://wicg.github.io/scroll-to-text-fragment/."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import quote

from bot.quoting.extent import EDGES

HELP: Final = "help"
"""The payload that opens the welcome, as a missing payload does."""
_LONGEST: Final = 64

_DIRECTIVE: Final = ":~:"
# Short words are given whole, longer ones by how they start and end: a page may break them by a picture or a note.
_LONGEST_WHOLE_CHARS: Final = 90
_WORDS_AT_AN_END: Final = 6
_LONGEST_END_CHARS: Final = 60
_EDGES: Final = f"{EDGES}\"'“”„‘’«»()[]{{}}*•"


class Opens(Enum):
    """What a link opens; the value begins its payload."""

    QUESTION = "q"
    REPLY = "r"
    ARTICLE = "a"


@dataclass(frozen=True, slots=True)
class DeepLink:
    """A link into the bot. `target` is the words of a question, a reply's id, or an article's key."""

    opens: Opens
    target: str


def article_key(article_id: str) -> str:
    """Return a short name for an article in links and buttons: 16 hex digits of the SHA-256 of its id."""
    return hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def payload_of(link: DeepLink) -> str | None:
    """Return what follows `?start=` in the link; None for a question that is too long for one."""
    target = link.target
    if link.opens is Opens.QUESTION:
        target = base64.urlsafe_b64encode(target.encode("utf-8", "replace")).decode().rstrip("=")
    payload = f"{link.opens.value}_{target}"
    return payload if len(payload) <= _LONGEST else None


def read_payload(payload: str) -> DeepLink | None:
    """Return the link that a payload stands for; None if it is not ours."""
    kind, _, target = payload.partition("_")
    try:
        opens = Opens(kind)
        if opens is Opens.QUESTION:
            target = base64.b64decode(f"{target}{'=' * (-len(target) % 4)}", b"-_", validate=True).decode()
    except ValueError:
        return None
    return DeepLink(opens, target) if target.strip() else None


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
