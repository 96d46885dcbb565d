"""Attributions of one article as bytes, and back."""

import json
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from index.article import Span
from index.attribution.attribution import Attribution
from index.attribution.people import Speaker

_COLUMNS = 8
"""Start, end, flags, the mention's start and end, the cue's, the number of the speaker; -1 for what there is not."""
_DIRECT, _SPEECH = 1, 2
_KEPT = 64
"""So many articles' attributions are kept at hand: a reply asks for those of each article once a quote."""


def encode(attributions: Sequence[Attribution]) -> bytes:
    """Return the attributions of an article as bytes."""
    speakers = list(dict.fromkeys(one.speaker for one in attributions if one.speaker is not None))
    numbers = {speaker: number for number, speaker in enumerate(speakers)}
    rows = [
        (
            one.span.start,
            one.span.end,
            _DIRECT * (one.kind == "direct") + _SPEECH * one.is_speech,
            *_bounds(one.mention),
            *_bounds(one.cue),
            numbers[one.speaker] if one.speaker is not None else -1,
        )
        for one in attributions
    ]
    names = json.dumps([[one.name, one.role, one.is_named] for one in speakers], ensure_ascii=False)
    head = names.encode("utf-8", "surrogatepass")
    body = np.array(rows, "<i4").reshape(-1, _COLUMNS).tobytes()
    return zlib.compress(len(head).to_bytes(4, "little") + head + body)


def decode(stored: bytes) -> list[Attribution]:
    """Return the attributions that `encode` made these bytes of.

    Raises:
        ValueError: the bytes are damaged.
    """
    return list(_decoded(stored))


@lru_cache(_KEPT)
def _decoded(stored: bytes) -> tuple[Attribution, ...]:
    try:
        whole = zlib.decompress(stored)
        end = 4 + int.from_bytes(whole[:4], "little")
        speakers = [Speaker(*fields) for fields in json.loads(whole[4:end].decode("utf-8", "surrogatepass"))]
        rows = np.frombuffer(whole, "<i4", offset=end).reshape(-1, _COLUMNS).tolist()
    except (zlib.error, TypeError) as error:
        raise ValueError(f"attributions cannot be read: {error}") from error
    return tuple(
        Attribution(
            Span(start, stop),
            "direct" if flags & _DIRECT else "reported",
            _span(*mention),
            _span(*cue),
            speakers[speaker] if speaker >= 0 else None,
            bool(flags & _SPEECH),
        )
        for start, stop, flags, *rest in rows
        for mention, cue, speaker in [(rest[:2], rest[2:4], rest[4])]
    )


def _bounds(span: Span | None) -> tuple[int, int]:
    return (span.start, span.end) if span is not None else (-1, -1)


def _span(start: int, end: int) -> Span | None:
    return Span(start, end) if start >= 0 else None
