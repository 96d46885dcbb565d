"""Formatted text read by TDLib, the code that Telegram's own Bot API server runs.

Everything here is offline: `td_execute` needs neither a login nor a network.
"""

import json
from typing import Any, Final

import tdjson

from .errors import bad_request

Entity = dict[str, Any]

_PARSE_MODES: Final[dict[str, dict[str, Any]]] = {
    "html": {"@type": "textParseModeHTML"},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
}

_ENTITY_NAMES: Final[dict[str, str]] = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
    "Mention": "mention",
    "Hashtag": "hashtag",
    "Cashtag": "cashtag",
    "BotCommand": "bot_command",
    "Url": "url",
    "EmailAddress": "email",
    "PhoneNumber": "phone_number",
}

KNOWN_ENTITY_TYPES: Final = frozenset(_ENTITY_NAMES.values())


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Plain text and its Bot API entities, offsets in UTF-16 units; see `parse`."""
    return parse(text, "HTML")


def parse(text: str, parse_mode: str) -> tuple[str, list[Entity]]:
    """Plain text and its Bot API entities, offsets in UTF-16 units.

    Raises:
        ApiError: with Telegram's words, when the markup is not well formed.
    """
    mode = _PARSE_MODES.get(parse_mode.lower())
    if mode is None:
        raise bad_request("unsupported parse_mode")
    parsed = _execute({"@type": "parseTextEntities", "text": text, "parse_mode": mode})
    entities = [_as_bot_api(entity) for entity in parsed["entities"]]
    _refuse_nested_quotes(entities)
    return parsed["text"], entities


def detect_entities(text: str) -> list[Entity]:
    """The commands, mentions, links and tags that Telegram marks unasked; what the Bot API leaves out is left out."""
    found = _execute({"@type": "getTextEntities", "text": text})
    return [_as_bot_api(entity) for entity in found["entities"] if _name_of(entity) in _ENTITY_NAMES]


def _refuse_nested_quotes(entities: list[Entity]) -> None:
    # The Bot API manual forbids it; TDLib's parser leaves it to the server.
    end = 0
    for entity in entities:
        if entity["type"] in ("blockquote", "expandable_blockquote"):
            if entity["offset"] < end:
                raise bad_request("can't parse entities: blockquotes can't be nested")
            end = entity["offset"] + entity["length"]


def _as_bot_api(entity: dict[str, Any]) -> Entity:
    kind: dict[str, Any] = entity["type"]
    converted: Entity = {
        "type": _ENTITY_NAMES[_name_of(entity)],
        "offset": entity["offset"],
        "length": entity["length"],
    }
    for key in ("url", "language", "custom_emoji_id", "unix_time"):
        if key in kind:
            converted[key] = kind[key]
    if "user_id" in kind:
        converted["user"] = {"id": kind["user_id"], "is_bot": False, "first_name": ""}
    return converted


def _name_of(entity: dict[str, Any]) -> str:
    name: str = entity["type"]["@type"]
    return name.removeprefix("textEntityType")


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    reply = tdjson.td_execute(json.dumps(request).encode())
    if reply is None:
        raise RuntimeError(f"TDLib gave no answer to {request['@type']}")
    answer: dict[str, Any] = json.loads(reply)
    if answer["@type"] == "error":
        reason: str = answer["message"]
        raise bad_request(reason[0].lower() + reason[1:])
    return answer


# TDLib logs to standard error by default, into the middle of pytest's output.
_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
