"""What people send: documents, fetched up to a size limit, and where a forwarded message comes from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telegram import (
    Document,
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)
from telegram.error import BadRequest

from bot.errors import DocumentTooLarge

MOST_MEGABYTES: Final = 20
"""The largest document that Telegram hands to bots. A Bot API server of one's own would hand out larger ones."""
_MOST_BYTES: Final = MOST_MEGABYTES * 1_000_000
_READ_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a forwarded message is from: a name, when it appeared, and its public address if it has one."""

    name: str | None
    sent_at: datetime
    url: str | None = None
    author_id: int | None = None


def origin_of(message: Message) -> Origin | None:
    """Return where a message was forwarded from; None if it was not."""
    match message.forward_origin:
        case MessageOriginChannel(chat=chat, message_id=number, date=sent_at):
            url = f"https://t.me/{chat.username}/{number}" if chat.username else None
            return Origin(chat.title, sent_at, url)
        case MessageOriginChat(sender_chat=chat, date=sent_at):
            return Origin(chat.title, sent_at)
        case MessageOriginUser(sender_user=user, date=sent_at):
            return Origin(user.full_name, sent_at, author_id=user.id)
        case MessageOriginHiddenUser(sender_user_name=name, date=sent_at):
            return Origin(name, sent_at)
    return None


async def download(document: Document) -> bytes:
    """Return the content of a document.

    Raises:
        DocumentTooLarge: it is larger than bots are given.
        TelegramError: it cannot be had.
    """
    _check_size(document.file_size)
    try:
        file = await document.get_file()
    except BadRequest as error:
        if "too big" in str(error):
            raise DocumentTooLarge(f"bots are given {MOST_MEGABYTES} MB at most") from error
        raise
    _check_size(file.file_size)
    return bytes(await file.download_as_bytearray(read_timeout=_READ_SECONDS))


def _check_size(n_bytes: int | None) -> None:
    if (n_bytes or 0) > _MOST_BYTES:
        raise DocumentTooLarge(f"bots are given {MOST_MEGABYTES} MB at most")
