"""Joining: one text that a client split because Telegram takes 4,096 characters a message.

Its parts come as messages of their own, one right after another, and nothing in them says so. So a text that is long
enough to have been split waits a moment for another one of the same person, in the same place and of the same second,
whichever replica receives it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from bot.adapters.telegram.delivery.raw_updates import RawUpdate
from bot.store import ClaimedUpdate

_SHORTEST_CUT: Final = 2_000
"""Clients cut where a line or a sentence ends, and half a message at the most before its end."""
_APART_SECONDS: Final = 2
_MOST_PARTS: Final = 16
_WAIT_SECONDS: Final = 1.5
_LOOKS: Final = 3
"""So often, while a text waits, it is looked whether a part of it came by way of another replica."""
_ENDS_LINE: Final = re.compile(r"[.!?…:;][\"'”’»)\]]*$")


@dataclass(slots=True)
class _Text:
    """A text that may go on. `is_over`: something else came, or it cannot go on."""

    parts: list[ClaimedUpdate]
    came: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False


class Joining:
    """Holds texts that may go on, each until its parts are here."""

    def __init__(self, *, wait_seconds: float = _WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._open: dict[Any, _Text] = {}

    def takes(self, claimed: ClaimedUpdate) -> bool:
        """Return whether an update is a part of a text that waits for it; else it begins one if it is long enough."""
        key, message = _key(claimed.body), _message(claimed.body)
        text = self._open.get(key)
        if text is not None and not text.is_over:
            if _goes_on(_message(text.parts[-1].body), message):
                text.parts.append(claimed)
                text.is_over = not _may_go_on(message) or len(text.parts) == _MOST_PARTS
                text.came.set()
                return True
            text.is_over = True
            text.came.set()
        if key is not None and _may_go_on(message):
            self._open[key] = _Text([claimed])
        return False

    async def rest_of(self, claimed: ClaimedUpdate, look: Callable[[], Awaitable[None]]) -> Sequence[ClaimedUpdate]:
        """Return the further parts of a text that an update begins, once they are here; none for any other update.

        `look` offers to `takes` what came by way of other replicas.
        """
        key = _key(claimed.body)
        text = self._open.get(key)
        if text is None or text.parts[0] is not claimed:
            return ()
        try:
            while not text.is_over:
                text.is_over = not await self._goes_on(text, look)
        finally:
            text.is_over = True
            if self._open.get(key) is text:
                del self._open[key]
        return text.parts[1:]

    async def _goes_on(self, text: _Text, look: Callable[[], Awaitable[None]]) -> bool:
        """Return whether something came in time, be it a part of the text or what ends it."""
        text.came.clear()
        for _ in range(_LOOKS):
            with suppress(TimeoutError):
                async with asyncio.timeout(self._wait_seconds / _LOOKS):
                    await text.came.wait()
            if not text.came.is_set():
                await look()
            if text.came.is_set():
                return not text.is_over
        return False

    def drop_all(self) -> None:
        """Forget what waits."""
        self._open.clear()


def joined(first: RawUpdate, rest: Sequence[RawUpdate]) -> RawUpdate:
    """Return an update whose message says what these say together."""
    if not rest:
        return first
    message = dict(_message(first))
    text, entities = str(message["text"]), list(message.get("entities") or ())
    for part in map(_message, rest):
        # What stood between the parts is not told: a blank or a line's end.
        text += "\n" if _ENDS_LINE.search(text) else " "
        start = len(text.encode("utf-16-le", "surrogatepass")) // 2
        entities += [{**entity, "offset": entity["offset"] + start} for entity in part.get("entities") or ()]
        text += str(part["text"])
    return {**first, "message": {**message, "text": text, "entities": entities}}


def _message(raw: RawUpdate) -> RawUpdate:
    message = raw.get("message")
    return message if isinstance(message, dict) else {}


def _key(raw: RawUpdate) -> tuple[object, object, object] | None:
    """Return who says something where; None for what is no message."""
    message = _message(raw)
    chat, sender = message.get("chat"), message.get("sender_chat") or message.get("from")
    if not isinstance(chat, dict) or not isinstance(sender, dict):
        return None
    return chat.get("id"), sender.get("id"), message.get("message_thread_id")


def _may_go_on(message: RawUpdate) -> bool:
    text = message.get("text")
    return isinstance(text, str) and len(text) >= _SHORTEST_CUT and "forward_origin" not in message


def _goes_on(before: RawUpdate, message: RawUpdate) -> bool:
    """Return whether a message may be the next part of a text, going by what clients send."""
    text = message.get("text")
    is_reply = "reply_to_message" in message and not message.get("is_topic_message")
    if not isinstance(text, str) or text.startswith("/") or is_reply or "forward_origin" in message:
        return False
    seconds, places = _apart("date", before, message), _apart("message_id", before, message)
    return 0 <= seconds <= _APART_SECONDS and places > 0


def _apart(field_name: str, before: RawUpdate, message: RawUpdate) -> int:
    """Return by how much a number has grown from one message to another; -1 where one has none."""
    first, last = before.get(field_name), message.get(field_name)
    return last - first if isinstance(first, int) and isinstance(last, int) else -1
