"""What Telegram refuses in a message's text, entities, keyboards and commands."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from .errors import ApiError, bad_request
from .tdparse import KNOWN_ENTITY_TYPES, Entity, detect_entities, parse

MAX_TEXT_UNITS: Final = 4096
MAX_CAPTION_UNITS: Final = 1024
MAX_NOTICE_UNITS: Final = 200
_MAX_ENTITIES: Final = 100
_MAX_BUTTONS: Final = 100
_MAX_CALLBACK_BYTES: Final = 64
_BLANK: Final = " \t\n\r\x0b\x0c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\xa0\u2800"
_BUTTON_ACTIONS: Final = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "pay",
)

Markup = dict[str, Any]


def utf16_length(text: str) -> int:
    """How long Telegram counts the text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(text: str, parse_mode: str | None, entities: Sequence[Entity] | None) -> tuple[str, tuple[Entity, ...]]:
    """The text as Telegram stores it, never empty; its length is the caller's to check."""
    plain, marked = format_text(text, parse_mode, entities)
    if not plain.strip(_BLANK):
        raise bad_request("message text is empty")
    return plain, marked


def format_text(text: str, parse_mode: str | None, entities: Sequence[Entity] | None) -> tuple[str, tuple[Entity, ...]]:
    """Text parsed and trimmed, with given and detected entities in order of offset."""
    text = text.replace("\r", "").replace("\0", " ")
    if parse_mode:
        plain, marked = parse(text, parse_mode)
    else:
        plain, marked = text, _check_entities(text, entities or ())
    plain, marked = _trim(plain, _without_marks_in_code(marked))
    # Telegram keeps the first hundred and silently drops the rest.
    return plain, tuple(_with_detected(plain, marked)[:_MAX_ENTITIES])


def check_length(text: str, limit: int, refusal: str) -> None:
    """Refuses text longer than `limit` UTF-16 units."""
    if utf16_length(text) > limit:
        raise bad_request(refusal)


def _check_entities(text: str, entities: Sequence[Entity]) -> list[Entity]:
    length = utf16_length(text)
    for entity in entities:
        offset, end = int(entity["offset"]), int(entity["offset"]) + int(entity["length"])
        if entity["type"] not in KNOWN_ENTITY_TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        if offset < 0:
            raise bad_request(f"receive an entity with incorrect offset {offset}")
        if offset >= length:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
        if end > length:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
            )
        if entity["type"] == "text_link":
            check_url(str(entity.get("url", "")), "entity URL")
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _without_marks_in_code(marked: Sequence[Entity]) -> list[Entity]:
    # Telegram accepts marks inside code and pre, and shows none of them.
    code = [_span(entity) for entity in marked if entity["type"] in ("code", "pre")]
    return [
        entity
        for entity in marked
        if entity["type"] in ("code", "pre")
        or not any(start <= _span(entity)[0] and _span(entity)[1] <= end for start, end in code)
    ]


def _trim(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    stripped = text.strip(" \n\t")
    lead = utf16_length(text[: len(text) - len(text.lstrip(" \n\t"))]) if stripped else 0
    length = utf16_length(stripped)
    kept: list[Entity] = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] - lead + entity["length"], length)
        if start < end:
            kept.append({**entity, "offset": start, "length": end - start})
    return stripped, kept


def _with_detected(text: str, marked: Sequence[Entity]) -> list[Entity]:
    opaque = {"code", "pre", "text_link", "text_mention"}
    taken = [_span(entity) for entity in marked if entity["type"] in opaque]
    given = {(entity["type"], *_span(entity)) for entity in marked}
    extra = [
        found
        for found in detect_entities(text)
        if (found["type"], *_span(found)) not in given
        and not any(start < _span(found)[1] and _span(found)[0] < end for start, end in taken)
    ]
    return sorted([*marked, *extra], key=lambda entity: (entity["offset"], -entity["length"]))


def _span(entity: Entity) -> tuple[int, int]:
    return entity["offset"], entity["offset"] + entity["length"]


def check_markup(raw: object, *, inline_only: bool = False) -> Markup | None:
    """The keyboard of a call, or None; refuses what Telegram refuses."""
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in raw:
        _check_inline_keyboard(raw["inline_keyboard"])
        return raw if any(raw["inline_keyboard"]) else None
    if inline_only:
        raise bad_request("inline keyboard expected")
    return None


def _check_inline_keyboard(rows: object) -> None:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    for row in rows:
        if not isinstance(row, list):
            raise bad_request("can't parse inline keyboard: expected an Array of Array")
        for button in row:
            _check_button(button)
    if sum(len(row) for row in rows) > _MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    if len(json.dumps(rows, ensure_ascii=False).encode()) > 10_240:
        raise bad_request("reply markup is too long")


def _check_button(button: object) -> None:
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(prefix + "InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad_request(prefix + 'Can\'t find field "text"')
    if not str(button["text"]).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if not any(button.get(action) not in (None, "", False) for action in _BUTTON_ACTIONS):
        # An empty callback_data counts as none at all, hence this refusal for it.
        raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data") or "").encode()) > _MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if button.get("url"):
        check_url(str(button["url"]), "inline keyboard button URL")


def check_url(url: str, owner: str) -> None:
    """Refuses an address that Telegram would not open."""
    if urlsplit(url).scheme == "tg":
        return
    try:
        address = urlsplit(url if "://" in url else f"http://{url}")
        host = address.hostname or ""
    except ValueError as error:
        raise _bad_url(owner, url, "Wrong HTTP URL") from error
    if not host:
        raise _bad_url(owner, url, "URL host is empty")
    if address.scheme not in ("http", "https", "ton", "tonsite"):
        raise _bad_url(owner, url, "Unsupported URL protocol")
    if "." not in host or re.search(r"\s", url):
        raise _bad_url(owner, url, "Wrong HTTP URL")


def _bad_url(owner: str, url: str, reason: str) -> ApiError:
    return bad_request(f"{owner} '{url}' is invalid: {reason}")


def check_commands(commands: object) -> list[dict[str, str]]:
    """A bot's menu of commands, leading slashes dropped as Telegram drops them."""
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_check_command(entry) for entry in commands]


def _check_command(entry: dict[str, Any]) -> dict[str, str]:
    name = str(entry.get("command", "")).removeprefix("/")
    description = str(entry.get("description", "")).strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if utf16_length(description) > 256:
        raise bad_request("command description length must not exceed 256")
    return {"command": name, "description": description}
