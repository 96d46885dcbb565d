"""Styled text that no article can break: turns Segments into Telegram's HTML.

Every character of a message passes through `styled`, and only `to_html` writes a tag.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from typing import Final

from bot.adapters.addresses import safe_url

_CONTROLS: Final = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x0A}
_LINE_BREAKS: Final = {0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_DIRECTION_OVERRIDES: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "")
_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_REPLACED: Final = _CONTROLS | _LINE_BREAKS | _DIRECTION_OVERRIDES | _SURROGATES
_INVISIBLE: Final = " \t\n\u00a0\u2800\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# A part of a name, as Telegram takes it: anything but white space and ASCII punctuation, so marks and emoji too; of
# general punctuation only what joins and what dashes.
_LABEL: Final = r"[^\s!-,./:-@\[-^`{-~\u00ab\u00bb\u2000-\u200b\u200e\u200f\u2016-\u206f]"
_LAST_LABEL: Final = rf"(?:xn--[\w-]+|(?:(?![\d_—–-]){_LABEL}){{2,}})"
# What Telegram would make tappable: addresses, mentions, tags, commands. It is taken widely: a word too many set as
# code does no harm. A capitalised word is no domain: there a space is missing after a full stop.
_TAPPABLE: Final = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*://\S+"
    rf"|(?:{_LABEL}|[.+])+@(?:{_LABEL}+\.)+{_LAST_LABEL}(?:[:/?#]\S*)?"
    rf"|(?:{_LABEL}+\.)+(?![A-Z][a-z]+\b){_LAST_LABEL}(?:[:/?#]\S*)?"
    r"|\d{1,3}(?:\.\d{1,3}){3}(?:[:/?#]\S*)?"
    rf"|(?<!\w)(?:[@#](?={_LABEL}*[^\W\d]){_LABEL}+(?:@\w+)?|/\w+(?:@\w+)?|\$[A-Z]{{1,8}}\b)"
)
_WORD: Final = re.compile(r"\S+")
_LEADS_ON: Final = re.compile(r"[.@#/$]")
_LONGEST_WORD: Final = 200
"""What is longer, and holds a sign that could make it tappable, is taken whole: looking closer takes its square."""
_RINGED: Final = re.compile(".\u030a")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text in one style; make it with `styled`. Quoted neighbours share one blockquote.

    `code` keeps Telegram from making a link, a mention or a command of the text; it has no other style then.
    """

    text: str
    bold: bool = False
    italic: bool = False
    quoted: bool = False
    url: str | None = None
    code: bool = False
    struck: bool = False


def styled(
    text: str, *, bold: bool = False, italic: bool = False, quoted: bool = False, url: str | None = None
) -> Segment:
    """Return the text, made displayable, in a style. An address that is not plain http or https is left out."""
    return Segment(displayable(text), bold, italic, quoted, safe_url(url))


def words_of_others(
    text: str,
    *,
    bold: Iterable[tuple[int, int]] = (),
    struck: Iterable[tuple[int, int]] = (),
    italic: bool = False,
    quoted: bool = False,
    url: str | None = None,
) -> Iterator[Segment]:
    """Yield words that the bot did not write, made so that nothing in them can be tapped but `url`.

    Telegram makes links, mentions and commands of whatever looks like one: those are set as code, which leaves them as
    they are and leads nowhere. `bold` and `struck` are half-open ranges of the text.
    """
    safe = safe_url(url)
    inert, bold, struck = (
        [(_whole(text, start), _whole(text, end)) for start, end in ranges]
        for ranges in ([] if safe else _tappable(text), bold, struck)
    )
    edges = sorted(
        {0, len(text), *chain.from_iterable(inert), *chain.from_iterable(bold), *chain.from_iterable(struck)}
    )
    for start, end in pairwise(edges):
        is_inert, is_bold, is_struck = (
            any(a <= start and end <= b for a, b in ranges) for ranges in (inert, bold, struck)
        )
        shown = displayable(text[start:end])
        yield Segment(
            shown,
            is_bold and not is_inert,
            italic and not is_inert,
            quoted,
            safe,
            is_inert,
            is_struck and not is_inert,
        )


def _whole(text: str, place: int) -> int:
    """Return the place, moved into the text, and past a pair of characters that `displayable` makes one."""
    place = min(max(place, 0), len(text))
    while 0 < place < len(text) and (text[place] == "\u030a" or text[place - 1 : place + 1] == "\r\n"):
        place += 1
    return place


def _tappable(text: str) -> list[tuple[int, int]]:
    # Direction overrides are not sent: what they part may be joined, and what they lead may then stand alone.
    probes = (text.translate(dict.fromkeys(_DIRECTION_OVERRIDES, stand_in)) for stand_in in "x ")
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for probe in probes for span in _tappable_in(probe)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _tappable_in(text: str) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(text):
        if not _LEADS_ON.search(word[0]):
            continue
        if len(word[0]) > _LONGEST_WORD:
            yield word.span()
        else:
            yield from (match.span() for match in _TAPPABLE.finditer(text, *word.span()))


def displayable(text: str) -> str:
    """Return the same words, free of what Telegram drops or what would spill over the rest of the message.

    Telegram shows control characters as spaces and deletes U+2028 to U+202E, gluing words together: line
    separators become line breaks here, and direction overrides (its own and the isolates) go, so that
    text reads in the order it was written. It also deletes the combining ring of a decomposed å, which is
    composed instead. A lone surrogate cannot be sent and shows as U+FFFD. Nothing else changes.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_REPLACED)
    return _RINGED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)


def to_html(segments: Iterable[Segment]) -> str:
    """Return the segments in Telegram's HTML, each run of quoted ones in one expandable blockquote."""
    parts = []
    for quoted, run in groupby(segments, key=lambda segment: segment.quoted):
        inner = "".join(_inline_html(segment) for segment in run)
        parts.append(f"<blockquote expandable>{inner}</blockquote>" if quoted and inner else inner)
    return "".join(parts)


def _inline_html(segment: Segment) -> str:
    if not segment.text:
        return ""
    marked = html.escape(segment.text, quote=False)
    if segment.code:
        return f"<code>{marked}</code>"
    if segment.italic:
        marked = f"<i>{marked}</i>"
    if segment.bold:
        marked = f"<b>{marked}</b>"
    if segment.struck:
        marked = f"<s>{marked}</s>"
    if segment.url is not None:
        marked = f'<a href="{html.escape(segment.url)}">{marked}</a>'
    return marked


def plain_text(segments: Sequence[Segment]) -> str:
    """Return what a reader sees once the tags are gone."""
    return "".join(segment.text for segment in segments)


def utf16_length(text: str) -> int:
    """Return the length of displayable text as Telegram counts it: in UTF-16 units, two for most emoji."""
    return len(text.encode("utf-16-le")) // 2


def is_blank(segments: Sequence[Segment]) -> bool:
    """Return whether a reader would see nothing at all, which Telegram refuses to send."""
    return not plain_text(segments).strip(_INVISIBLE)
