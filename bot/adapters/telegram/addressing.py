"""Where a message came from, whose conversation it belongs to, and whether it is meant for the bot."""

import re
from dataclasses import dataclass, replace
from typing import Final

from telegram import Chat, MaybeInaccessibleMessage, Message, MessageEntity, Update, User
from telegram.constants import ChatType

from bot.store.statements import BEYOND_CHATS

_COMMON_SEQUENCE: Final = 0
_FIRST_SUPERGROUP: Final = -1_000_000_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a chat, one of its topics, and the message it replies to."""

    chat_id: int
    topic_id: int | None = None
    reply_to: int | None = None

    def replying_to(self, message_id: int) -> "Place":
        """Return the same place, as a reply to that message."""
        return replace(self, reply_to=message_id)


def place_of(message: MaybeInaccessibleMessage) -> Place:
    """Return where to answer a message: in its topic, and in groups as a reply to it."""
    reply_to = message.message_id if is_group(message.chat) else None
    return Place(message.chat.id, _topic_id(message), reply_to)


def is_group(chat: Chat) -> bool:
    """Return whether other people talk here too."""
    return chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)


def is_channel(chat: Chat) -> bool:
    """Return whether only admins write here, and others read."""
    return chat.type == ChatType.CHANNEL


def conversation_id(message: Message) -> str:
    """Return the id of the conversation that a message belongs to: one a chat, in groups one a person and topic."""
    if not is_group(message.chat):
        return f"tg:{message.chat.id}"
    return f"tg:{message.chat.id}:{_topic_id(message) or 0}:{asker_id(message)}"


def presser_conversation(message: MaybeInaccessibleMessage, presser: User) -> str:
    """Return the id of the conversation of whoever presses a button under a message."""
    if not is_group(message.chat):
        return f"tg:{message.chat.id}"
    return f"tg:{message.chat.id}:{_topic_id(message) or 0}:{presser.id}"


def asker_id(message: Message) -> int:
    """Return who asks: a person, or the chat that an anonymous admin speaks for."""
    if message.sender_chat is not None:
        return message.sender_chat.id
    return message.from_user.id if message.from_user is not None else message.chat.id


def payer_id(message: Message) -> int:
    """Return whose allowance a message counts against: who asks; the chat, where somebody speaks as a channel, of which
    anybody has as many as they like."""
    return message.chat.id if message.sender_chat is not None else asker_id(message)


def sequence_of(chat_id: int) -> int:
    """Return the sequence in which the ids of a chat's messages count up.

    A supergroup or channel has one of its own, and so has what stands for a guest's chat; all private chats and small
    groups of a bot share one, here 0.
    """
    return chat_id if chat_id <= _FIRST_SUPERGROUP or chat_id >= BEYOND_CHATS else _COMMON_SEQUENCE


def guest_place(update_id: int) -> int:
    """Return what stands for the chat of a guest message. The id that it gives may be another chat's among those that
    the bot knows."""
    return BEYOND_CHATS + update_id


def guest_chat_id(message: Message) -> int:
    """Return the chat that a guest message is from where its id is nobody else's, a supergroup's; else who asks."""
    return message.chat.id if message.chat.id <= _FIRST_SUPERGROUP else asker_id(message)


def ordering_key(update: object) -> str | None:
    """Return what must be handled in the order it came: all that one person does in one chat."""
    if not isinstance(update, Update) or update.effective_chat is None:
        return None
    sender = update.effective_sender
    if update.guest_message is not None:
        return f"tg:guest:{sender.id if sender is not None else 0}"
    return f"tg:{update.effective_chat.id}:{sender.id if sender is not None else 0}"


def question_for(message: Message, bot: User) -> str | None:
    """Return the words meant for the bot, its mention taken out; None when nobody spoke to it."""
    if not is_group(message.chat):
        return (message.text or "").strip()
    text = message.text or ""
    mentions = [entity for entity in message.entities if _mentions(text, entity, bot)]
    if mentions:
        return _without(text, mentions)
    return (message.text or "").strip() if _replies_to(message, bot) else None


def guest_words(message: Message, bot: User) -> str:
    """Return what a guest message says beside the bot's name."""
    entities = message.entities or message.caption_entities
    text = message.text or message.caption or ""
    return _without(text, [entity for entity in entities if _mentions(text, entity, bot)])


def command_words(message: Message) -> str:
    """Return what follows the command, line breaks kept."""
    return (message.text or "")[message.entities[0].length :].strip() if message.entities else ""


def names_bot(message: Message, bot: User) -> bool:
    """Return whether a command is spelled with this bot's name, as /ask@newsquote_bot."""
    command = (message.text or "").split(maxsplit=1)[0]
    return command.partition("@")[2].lower() == (bot.username or "").lower()


def _topic_id(message: MaybeInaccessibleMessage) -> int | None:
    # A thread id outside a topic is only a chain of replies, and sending to it is refused.
    if not isinstance(message, Message) or not message.is_topic_message:
        return None
    return message.message_thread_id


def _mentions(text: str, entity: MessageEntity, bot: User) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == bot.id
    if entity.type != MessageEntity.MENTION:
        return False
    units = text.encode("utf-16-le", "surrogatepass")[2 * entity.offset : 2 * (entity.offset + entity.length)]
    return units.decode("utf-16-le", "surrogatepass").lower() == f"@{bot.username}".lower()


def _without(text: str, entities: list[MessageEntity]) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in sorted(entities, key=lambda entity: entity.offset, reverse=True):
        units = units[: 2 * entity.offset] + units[2 * (entity.offset + entity.length) :]
    spaced = re.sub(r"(?<=\S) {2,}(?=\S)", " ", units.decode("utf-16-le", "surrogatepass"))
    return spaced.strip().lstrip(",:;").lstrip()


def _replies_to(message: Message, bot: User) -> bool:
    original = message.reply_to_message
    if original is None or original.from_user is None or original.forum_topic_created is not None:
        return False
    return original.from_user.id == bot.id
