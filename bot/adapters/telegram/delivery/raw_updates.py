"""What the JSON of an update says: where it came from, when, and whether it may be handled twice."""

from datetime import UTC, datetime
from typing import Any, Final

from bot.adapters.telegram.addressing import sequence_of
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.keyboards import read_press
from bot.store import IncomingUpdate

_OF_MESSAGES: Final = ("message", "edited_message", "channel_post", "edited_channel_post")
_GUESTS: Final = "guest_message"
_FLEETING: Final = ("inline_query", "chosen_inline_result")
_READERS_COMMANDS: Final = frozenset({"start", *(name for name, _ in texts.READER_COMMANDS)})
RawUpdate = dict[str, Any]


def received_from(raw: RawUpdate) -> IncomingUpdate:
    """Return an update with where it came from, as far as it says so.

    Ids of a guest message's chat may be those of others that the bot knows: they say nothing.
    """
    if _GUESTS in raw:
        asker = _number(_object(_object(raw[_GUESTS]).get("from")).get("id"))
        return IncomingUpdate(raw["update_id"], raw, person_id=asker)
    press = _object(raw.get("callback_query"))
    message = _message(raw) or _object(press.get("message"))
    person = _object((press or message).get("from"))
    chat_id = _number(_object(message.get("chat")).get("id"))
    return IncomingUpdate(
        raw["update_id"],
        raw,
        None if chat_id is None else sequence_of(chat_id),
        _number(message.get("message_id")),
        chat_id,
        _number(person.get("id")),
    )


def may_be_handled_twice(raw: RawUpdate) -> bool:
    """Return whether nothing changes for the worse when the process dies over an update and handles it again.

    Questions and readers' buttons may: what was planned for them is sent and not made again. An admin's command or
    button may not.
    """
    if any(kind in raw for kind in _FLEETING):
        return False
    if _GUESTS in raw:
        return True
    query = _object(raw.get("callback_query"))
    if query:
        press = read_press(str(query.get("data")))
        return press is not None and press.action.is_repeatable
    text = str(_message(raw).get("text") or "")
    command = text.split(maxsplit=1)[0].removeprefix("/").partition("@")[0].lower() if text.startswith("/") else ""
    return not text.startswith("/") or command in _READERS_COMMANDS


def asked_at(raw: RawUpdate) -> datetime | None:
    """Return when a message was written or last edited by Telegram's clock; None if it does not say so."""
    message = _message(raw) or _object(raw.get(_GUESTS))
    seconds = _number(message.get("edit_date")) or _number(message.get("date"))
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _message(raw: RawUpdate) -> RawUpdate:
    return next((_object(raw[kind]) for kind in _OF_MESSAGES if kind in raw), {})


def _object(value: object) -> RawUpdate:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
