"""The methods that send, change and delete messages."""

import time
from typing import Final

from .checks import (
    MAX_CAPTION_UNITS,
    MAX_TEXT_UNITS,
    check_length,
    check_markup,
    check_text,
    check_url,
    format_text,
)
from .errors import bad_request
from .request import Request
from .state import ChatAction, State
from .values import Chat, Content, FileKind, Json, Message, StoredFile

_NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_MAX_FILE_BYTES: Final = 50_000_000
_ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_message(state: State, request: Request) -> Json:
    """`sendMessage`."""
    content = _text_content(request)
    check_length(content.text, MAX_TEXT_UNITS, "message is too long")
    _check_link_preview(request)
    return _post(state, request, content, None)


def send_document(state: State, request: Request) -> Json:
    """`sendDocument`."""
    return _send_file(state, request, "document")


def send_photo(state: State, request: Request) -> Json:
    """`sendPhoto`."""
    return _send_file(state, request, "photo")


def edit_message_text(state: State, request: Request) -> Json:
    """`editMessageText`."""
    content = _text_content(request, inline_only=True)
    message = _own_message(state, request, "edit")
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    # The server's own word for it, which TDLib puts into plain ones for new messages only.
    check_length(content.text, MAX_TEXT_UNITS, "MESSAGE_TOO_LONG")
    _check_link_preview(request)
    return _edit(message, content, request.text("text"))


def edit_message_reply_markup(state: State, request: Request) -> Json:
    """`editMessageReplyMarkup`."""
    markup = check_markup(request.structure("reply_markup"), inline_only=True)
    message = _own_message(state, request, "edit")
    content = Content(message.text, message.entities, markup)
    return _edit(message, content, message.source)


def delete_message(state: State, request: Request) -> bool:
    """`deleteMessage`."""
    chat = state.find_chat(request.text("chat_id"))
    message = _find(chat, request, "message to delete not found")
    is_admin = chat.members.get(state.bot.id) == "administrator"
    if message.sender.id != state.bot.id and not (chat.is_private or is_admin):
        raise bad_request("message can't be deleted")
    message.is_deleted = True
    return True


def send_chat_action(state: State, request: Request) -> bool:
    """`sendChatAction`."""
    if request.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = state.find_chat(request.text("chat_id"))
    thread_id = _topic(chat, request)
    action = ChatAction(chat, request.text("action"), time.monotonic(), thread_id)
    state.actions.append(action)
    return True


def _text_content(request: Request, *, inline_only: bool = False) -> Content:
    markup = check_markup(request.structure("reply_markup"), inline_only=inline_only)
    text, entities = check_text(request.text("text"), request.text("parse_mode"), request.structure("entities"))
    return Content(text, entities, markup)


def _send_file(state: State, request: Request, kind: FileKind) -> Json:
    caption, entities = format_text(
        request.text("caption"),
        request.text("parse_mode"),
        request.structure("caption_entities"),
    )
    check_length(caption, MAX_CAPTION_UNITS, "message caption is too long")
    markup = check_markup(request.structure("reply_markup"))
    file = _file(state, request, kind)
    return _post(state, request, Content(caption, entities, markup), file)


def _file(state: State, request: Request, kind: FileKind) -> StoredFile:
    upload = request.upload(kind)
    if upload is None:
        known = state.files.get(request.text(kind))
        if known is None:
            raise bad_request(f"there is no {kind} in the request")
        return known
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > _MAX_FILE_BYTES:
        raise bad_request("file is too big")
    file_id = f"file{state.next_number()}"
    file = StoredFile(file_id, upload.name, upload.mime_type, upload.content, kind)
    state.files[file_id] = file
    return file


def _post(state: State, request: Request, content: Content, file: StoredFile | None) -> Json:
    chat = state.find_chat(request.text("chat_id"))
    thread_id = _topic(chat, request)
    reply_to = _reply_target(state, chat, request)
    state.flood.pass_message(chat)
    message = state.add_message(
        chat,
        state.bot,
        content,
        reply_to=reply_to,
        thread_id=thread_id,
        file=file,
    )
    message.sources.append(request.text("text") or request.text("caption"))
    return message.as_json()


def _topic(chat: Chat, request: Request) -> int | None:
    thread_id = request.integer("message_thread_id")
    if thread_id is not None and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    return thread_id


def _reply_target(state: State, chat: Chat, request: Request) -> Message | None:
    wanted = request.structure("reply_parameters") or {}
    if request.params.get("reply_to_message_id"):
        wanted = {"message_id": request.integer("reply_to_message_id")}
    if not wanted:
        return None
    if "message_id" not in wanted:
        raise bad_request('can\'t find field "message_id"')
    place = state.find_chat(wanted["chat_id"]) if "chat_id" in wanted else chat
    target = place.messages.get(int(wanted["message_id"]))
    if target is None or target.is_deleted:
        if wanted.get("allow_sending_without_reply") or request.flag("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    quote = wanted.get("quote")
    if quote and str(quote) not in target.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return target


def _check_link_preview(request: Request) -> None:
    options = request.structure("link_preview_options") or {}
    if options.get("url"):
        check_url(str(options["url"]), "link preview URL")


def _find(chat: Chat, request: Request, refusal: str) -> Message:
    message_id = request.integer("message_id")
    if message_id is None:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None or message.is_deleted:
        raise bad_request(refusal)
    return message


def _own_message(state: State, request: Request, action: str) -> Message:
    chat = state.find_chat(request.text("chat_id"))
    message = _find(chat, request, f"message to {action} not found")
    if message.sender.id != state.bot.id:
        raise bad_request(f"message can't be {action}ed")
    return message


def _edit(message: Message, content: Content, source: str) -> Json:
    if content == message.content:
        raise bad_request(_NOT_MODIFIED)
    message.history.append(content)
    message.sources.append(source)
    message.edit_date = int(time.time())
    return message.as_json()
