"""Every method but getUpdates, by its lower-case name; messages are in `messaging`."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from . import guests, inline, messaging
from .checks import MAX_NOTICE_UNITS, check_commands, utf16_length
from .errors import ApiError, bad_request
from .request import Request
from .state import State, Webhook
from .values import Json, rights_of

Method = Callable[[State, Request], object]

_MAX_DOWNLOAD_BYTES: Final = 20_000_000
_PROFILE_LIMITS: Final = {"name": 64, "description": 512, "short_description": 120}
_SCOPES: Final = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)


def get_me(state: State, request: Request) -> Json:
    """`getMe`."""
    return {
        **state.bot.as_json(),
        "can_join_groups": True,
        "can_read_all_group_messages": not state.setup.privacy_mode,
        "supports_inline_queries": state.setup.inline_mode,
        "supports_guest_queries": state.setup.guest_mode,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_webhook(state: State, request: Request) -> bool:
    """`setWebhook`."""
    url = request.text("url")
    if url and urlsplit(url).scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    _allow_updates(state, request)
    if request.flag("drop_pending_updates"):
        state.updates.clear()
    state.webhook = Webhook(url, request.text("secret_token") or None)
    return True


def delete_webhook(state: State, request: Request) -> bool:
    """`deleteWebhook`."""
    if request.flag("drop_pending_updates"):
        state.updates.clear()
    state.webhook = Webhook()
    return True


def get_webhook_info(state: State, request: Request) -> Json:
    """`getWebhookInfo`."""
    last_error = state.webhook.last_error
    return {
        "url": state.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates),
        **({"last_error_message": last_error} if last_error else {}),
    }


def answer_callback_query(state: State, request: Request) -> bool:
    """`answerCallbackQuery`."""
    query = state.queries.get(request.text("callback_query_id"))
    if query is None or query.is_expired or query.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if utf16_length(request.text("text")) > MAX_NOTICE_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = dict(request.params)
    return True


def set_my_commands(state: State, request: Request) -> bool:
    """`setMyCommands`."""
    commands = check_commands(request.structure("commands") or [])
    state.commands[_command_list(state, request)] = commands
    return True


def get_my_commands(state: State, request: Request) -> list[dict[str, str]]:
    """`getMyCommands`."""
    return state.commands.get(_command_list(state, request), [])


def delete_my_commands(state: State, request: Request) -> bool:
    """`deleteMyCommands`."""
    state.commands.pop(_command_list(state, request), None)
    return True


def get_file(state: State, request: Request) -> Json:
    """`getFile`."""
    file = state.files.get(request.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.content) > _MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": f"u{file.id}",
        "file_size": len(file.content),
        "file_path": file.path,
    }


def get_chat(state: State, request: Request) -> Json:
    """`getChat`."""
    chat = state.find_chat(request.text("chat_id"))
    return {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def get_chat_member(state: State, request: Request) -> Json:
    """`getChatMember`."""
    chat = state.find_chat(request.text("chat_id"))
    account = state.accounts.get(request.integer("user_id") or 0)
    if account is None:
        raise bad_request("user not found")
    status = chat.members.get(account.id, "left")
    return {"status": status, "user": account.as_json(), **rights_of(status)}


def _profile_setter(part: str) -> Method:
    def set_part(state: State, request: Request) -> bool:
        value = request.text(part)
        if utf16_length(value) > _PROFILE_LIMITS[part]:
            raise bad_request(f"BOT_{part.upper()}_TOO_LONG")
        state.profile[part, request.text("language_code")] = value
        return True

    return set_part


def _profile_getter(part: str) -> Method:
    def get_part(state: State, request: Request) -> Json:
        default = state.bot.first_name if part == "name" else ""
        return {part: state.profile.get((part, request.text("language_code")), default)}

    return get_part


def _accept(state: State, request: Request) -> bool:
    return True


def _allow_updates(state: State, request: Request) -> None:
    kinds = request.structure("allowed_updates")
    if kinds is not None:
        state.updates.allow(kinds)


def _command_list(state: State, request: Request) -> tuple[str, str]:
    scope = request.structure("scope") or {"type": "default"}
    if scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    key = str(scope["type"])
    if key.startswith("chat"):
        key += f":{state.find_chat(scope.get('chat_id')).id}"
    if scope["type"] == "chat_member":
        key += f":{scope['user_id']}"
    language = request.text("language_code")
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad_request("invalid language code specified")
    return key, language


def prepare_polling(state: State, request: Request) -> None:
    """What getUpdates does before it waits.

    Raises:
        ApiError: 409 while a webhook is set.
    """
    if state.webhook.url:
        raise ApiError(
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
            code=409,
        )
    _allow_updates(state, request)
    state.updates.confirm(request.integer("offset") or 0)


METHODS: Final[dict[str, Method]] = {
    "getme": get_me,
    "logout": _accept,
    "close": _accept,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": messaging.send_message,
    "senddocument": messaging.send_document,
    "sendphoto": messaging.send_photo,
    "editmessagetext": messaging.edit_message_text,
    "editmessagereplymarkup": messaging.edit_message_reply_markup,
    "deletemessage": messaging.delete_message,
    "sendchataction": messaging.send_chat_action,
    "answercallbackquery": answer_callback_query,
    "answerinlinequery": inline.answer_inline_query,
    "answerguestquery": guests.answer_guest_query,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "getfile": get_file,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    **{f"setmy{part.replace('_', '')}": _profile_setter(part) for part in _PROFILE_LIMITS},
    **{f"getmy{part.replace('_', '')}": _profile_getter(part) for part in _PROFILE_LIMITS},
}
