"""A message behind what was said before it: the form in which the reader was trained to take follow-ups."""

from collections.abc import Sequence

BEHIND = " – "
_EARLIER = 2
_EARLIER_CHARS = 160
"""Longest run of earlier messages. The reader takes 64 tokens of a question; the last message must be among them."""


def put_behind(earlier: Sequence[str], message: str) -> str:
    """Return the message behind the last two before it, oldest first, as far as they are short: "earlier – message"."""
    led_by: list[str] = []
    for one in reversed(earlier[-_EARLIER:]):
        if sum(map(len, led_by)) + len(one) > _EARLIER_CHARS:
            break
        led_by.insert(0, one)
    return BEHIND.join([*led_by, message])
