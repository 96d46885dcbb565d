"""Updates as they come, before the library reads them: from where and when, and whether to handle one twice."""

from datetime import UTC, datetime
from typing import Any, Final

from bot.adapters.telegram import texts
from bot.adapters.telegram.addressing import box_of
from bot.store import Received

_OF_MESSAGES: Final = ("message", "edited_message", "channel_post", "edited_channel_post")
_FLEETING: Final = ("inline_query", "chosen_inline_result")
_READERS_COMMANDS: Final = frozenset({"start", *(name for name, _ in texts.READER_COMMANDS)})
_READERS_PRESSES: Final = ("ctx:", "more:", "near:", "up:", "down:", "src:")

RawUpdate = dict[str, Any]


def received_from(raw: RawUpdate) -> Received:
    """An update with where it came from, as far as it says so."""
    press = _object(raw.get("callback_query"))
    message = _message(raw) or _object(press.get("message"))
    person = _object((press or message).get("from"))
    chat_id = _number(_object(message.get("chat")).get("id"))
    return Received(
        raw["update_id"],
        raw,
        None if chat_id is None else box_of(chat_id),
        _number(message.get("message_id")),
        chat_id,
        _number(person.get("id")),
    )


def may_be_handled_twice(raw: RawUpdate) -> bool:
    """Whether nothing changes for the worse when the process dies over an update and handles it again.

    Questions may: what was planned for them is sent and not made again. An admin's command may not.
    """
    if any(kind in raw for kind in _FLEETING):
        return False
    press = _object(raw.get("callback_query"))
    if press:
        return str(press.get("data")).startswith(_READERS_PRESSES)
    text = str(_message(raw).get("text") or "")
    command = text.split(maxsplit=1)[0].removeprefix("/").partition("@")[0].lower() if text.startswith("/") else ""
    return not text.startswith("/") or command in _READERS_COMMANDS


def asked_at(raw: RawUpdate, received_at: datetime) -> datetime:
    """When a message was written or last edited, as far as it says so; else when it came."""
    message = _message(raw)
    seconds = _number(message.get("edit_date")) or _number(message.get("date"))
    try:
        return received_at if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return received_at


def _message(raw: RawUpdate) -> RawUpdate:
    return next((_object(raw[kind]) for kind in _OF_MESSAGES if kind in raw), {})


def _object(value: object) -> RawUpdate:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
