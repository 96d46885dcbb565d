"""Splits long messages into parts that Telegram accepts, cut where a reader would pause. Pure functions."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

from bot.adapters.telegram.views.html import Segment, plain_text

MESSAGE_LIMIT: Final = 4096
# Telegram silently drops all but a message's first hundred; links and tags it finds itself count too.
_MAX_ENTITIES: Final = 80
_PAUSES: Final = tuple(re.compile(pattern) for pattern in (r"\n\s*\n", r"\n|[.!?…][\"'”’»)\]]*\s+|[。！？]", r"\s+"))
_JOINERS: Final = "\u200d\ufe0e\ufe0f"


def split_segments(segments: Sequence[Segment], limit: int = MESSAGE_LIMIT) -> list[list[Segment]]:
    """Return parts of at most `limit` UTF-16 units (2 or more), in order; joined they are the segments again.

    Each part ends after a paragraph, else a sentence, else a word; inside a word only when it is longer than half a
    message.
    """
    parts = []
    rest = [segment for segment in segments if segment.text]
    while rest:
        part, rest = _cut(rest, _part_length(rest, limit))
        parts.append(part)
    return parts


def _part_length(segments: Sequence[Segment], limit: int) -> int:
    text = plain_text(segments)
    fitting = min(_fitting_length(text, limit), _length_within_entities(segments))
    return fitting if fitting == len(text) else _pause_before(text, fitting)


def _fitting_length(text: str, limit: int) -> int:
    window = text[:limit]
    units = accumulate(2 if ord(character) > 0xFFFF else 1 for character in window)
    return sum(1 for used in units if used <= limit)


def _length_within_entities(segments: Sequence[Segment]) -> int:
    length = entities = 0
    in_quote = False
    for segment in segments:
        styles = (segment.bold, segment.italic, segment.struck, segment.code, segment.url is not None)
        entities += sum(styles)
        entities += segment.quoted and not in_quote
        in_quote = segment.quoted
        if entities > _MAX_ENTITIES:
            break
        length += len(segment.text)
    return length


def _pause_before(text: str, end: int) -> int:
    for pause in _PAUSES:
        ends = [match.end() for match in pause.finditer(text, 0, end) if match.end() > end // 2]
        if ends:
            return ends[-1]
    return _whole_character_before(text, end)


def _whole_character_before(text: str, end: int) -> int:
    for cut in range(end, max(end - 32, 0), -1):
        if not (_continues(text[cut]) or text[cut - 1] == "\u200d"):
            return cut
    return end


def _continues(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in _JOINERS


def _cut(segments: Sequence[Segment], length: int) -> tuple[list[Segment], list[Segment]]:
    head = list(_taken(segments, length))
    consumed = len(head)
    kept = sum(len(segment.text) for segment in head)
    tail = list(segments[consumed:])
    last = segments[consumed - 1]
    leftover = sum(len(segment.text) for segment in segments[:consumed]) - kept
    if leftover:
        tail.insert(0, replace(last, text=last.text[-leftover:]))
    return head, tail


def _taken(segments: Sequence[Segment], length: int) -> Iterator[Segment]:
    for segment in segments:
        if length <= 0:
            return
        yield replace(segment, text=segment.text[:length])
        length -= len(segment.text)
