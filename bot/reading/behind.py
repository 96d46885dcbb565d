"""A message behind what was said before it: the form in which the reader was trained to take follow-ups."""

from collections.abc import Sequence

BEHIND = " – "
ANSWER_CHARS = 100
"""So much of an answer is read to understand what follows it."""
_EARLIER = 2
_EARLIER_CHARS = 200
"""Longest run of earlier messages and the answer. The reader takes 64 tokens of a question; the last message must be
among them."""


def put_behind(earlier: Sequence[str], message: str, answer: str = "") -> str:
    """Return the message behind the last two before it, oldest first, and the last one's answer, as far as they are
    short: "earlier – last – its answer – message"."""
    led_by: list[str] = []
    for one in filter(None, (answer[:ANSWER_CHARS].strip(), *reversed(earlier[-_EARLIER:]))):
        if sum(map(len, led_by)) + len(one) > _EARLIER_CHARS:
            break
        led_by.insert(0, one)
    return BEHIND.join([*led_by, message])


def message_of(read: str) -> str:
    """Return the message alone, of one that may have been put behind others."""
    return read.rpartition(BEHIND)[2]
