"""Users, chats and messages as Telegram knows them, and the JSON it sends for each."""

import struct
from dataclasses import dataclass, field
from typing import Any, Literal

from .tdparse import Entity

Json = dict[str, Any]
ChatType = Literal["private", "group", "supergroup", "channel"]
FileKind = Literal["document", "photo"]


@dataclass(frozen=True, slots=True)
class Account:
    """A person or a bot."""

    id: int
    first_name: str
    username: str | None = None
    is_bot: bool = False
    language_code: str | None = None

    def as_json(self) -> Json:
        """A Bot API User."""
        body: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            body["username"] = self.username
        if self.language_code:
            body["language_code"] = self.language_code
        return body


@dataclass(slots=True, eq=False)
class Chat:
    """A conversation; `topics` maps thread ids to names, and only forums have any."""

    id: int
    type: ChatType
    title: str
    username: str | None = None
    is_forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    messages: "dict[int, Message]" = field(default_factory=dict, repr=False)
    last_bot_id: int | None = None
    moved_to: int | None = None
    is_foreign: bool = False
    """Whether the bot is no member of it: it has an id that another chat, which the bot knows, may have, too."""

    @property
    def is_private(self) -> bool:
        """Whether this is one person and the bot."""
        return self.type == "private"

    def as_json(self) -> Json:
        """A Bot API Chat."""
        body: Json = {"id": self.id, "type": self.type}
        body["first_name" if self.is_private else "title"] = self.title
        if self.username:
            body["username"] = self.username
        if self.is_forum:
            body["is_forum"] = True
        return body


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file somebody sent; `kind` is the message field it travels in."""

    id: str
    name: str
    mime_type: str
    content: bytes = field(repr=False)
    kind: FileKind = "document"

    @property
    def path(self) -> str:
        """Where the file is served, below `/file/bot<token>/`."""
        return f"{self.kind}s/{self.id}/{self.name}"

    def as_json(self) -> Json | list[Json]:
        """A Bot API Document, or the sizes of a photo."""
        body: Json = {
            "file_id": self.id,
            "file_unique_id": f"u{self.id}",
            "file_size": len(self.content),
        }
        if self.kind == "photo":
            width, height = self._pixels()
            return [{**body, "width": width, "height": height}]
        return {**body, "file_name": self.name, "mime_type": self.mime_type}

    def _pixels(self) -> tuple[int, int]:
        is_png = self.content.startswith(b"\x89PNG") and len(self.content) >= 24
        return struct.unpack(">II", self.content[16:24]) if is_png else (1, 1)


@dataclass(frozen=True, slots=True)
class Content:
    """What an edit can change."""

    text: str
    entities: tuple[Entity, ...] = ()
    markup: Json | None = None


@dataclass(slots=True, eq=False)
class Message:
    """A message and every content it has had, the latest last; `html` is as the bot sent it."""

    chat: Chat
    id: int
    sender: Account
    date: int
    history: list[Content]
    reply_to: "Message | None" = None
    thread_id: int | None = None
    file: StoredFile | None = None
    service: Json = field(default_factory=dict)
    edit_date: int | None = None
    sources: list[str] = field(default_factory=list)
    is_deleted: bool = False
    quote: Json | None = None

    @property
    def content(self) -> Content:
        """What the message says now."""
        return self.history[-1]

    @property
    def text(self) -> str:
        """The plain text, or the caption of a file."""
        return self.content.text

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Marks on the text, offsets in UTF-16 units."""
        return self.content.entities

    @property
    def source(self) -> str:
        """The text parameter as the bot sent it, markup and all."""
        return self.sources[-1] if self.sources else self.text

    @property
    def buttons(self) -> list[Json]:
        """Every inline button, row by row."""
        rows = (self.content.markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    @property
    def is_topic_message(self) -> bool:
        """Whether the message lies in a forum topic."""
        return self.thread_id is not None and self.chat.is_forum

    def entity_texts(self, kind: str) -> list[str]:
        """The stretches of text that carry an entity of this type."""
        units = self.text.encode("utf-16-le")
        return [
            units[2 * mark["offset"] : 2 * (mark["offset"] + mark["length"])].decode("utf-16-le")
            for mark in self.entities
            if mark["type"] == kind
        ]

    def as_json(self, *, with_reply: bool = True) -> Json:
        """A Bot API Message; a reply inside a reply is left out, as Telegram leaves it."""
        body: Json = {
            "message_id": self.id,
            **self._sender_json(),
            "chat": self.chat.as_json(),
            "date": self.date,
            **self.service,
            **self._content_json(),
        }
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        if self.thread_id is not None:
            body["message_thread_id"] = self.thread_id
        if self.is_topic_message:
            body["is_topic_message"] = True
        answered = self._answered()
        if with_reply and answered is not None:
            body["reply_to_message"] = answered.as_json(with_reply=False)
        if with_reply and self.quote is not None:
            body["quote"] = self.quote
        return body

    def _sender_json(self) -> Json:
        # A post of a channel does not say who wrote it.
        if self.chat.type == "channel":
            return {"sender_chat": self.chat.as_json()}
        return {"from": self.sender.as_json()}

    def _answered(self) -> "Message | None":
        # In a forum Telegram sends the topic's opening message where there is no reply:
        # a trap for bots that take any reply_to_message for a reply.
        if self.reply_to is None and self.is_topic_message and self.thread_id != self.id:
            return self.chat.messages.get(self.thread_id or 0)
        return self.reply_to

    def _content_json(self) -> Json:
        text, entities = ("caption", "caption_entities") if self.file else ("text", "entities")
        body: Json = {}
        if self.file:
            body[self.file.kind] = self.file.as_json()
        if self.text:
            body[text] = self.text
        if self.entities:
            body[entities] = list(self.entities)
        if self.content.markup:
            body["reply_markup"] = self.content.markup
        return body


def rights_of(status: str) -> Json:
    """What a Bot API ChatMember of that status has beside its user."""
    if status == "creator":
        return {"is_anonymous": False}
    if status == "kicked":
        return {"until_date": 0}
    if status != "administrator":
        return {}
    names = (
        "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
        "can_restrict_members can_promote_members can_change_info can_invite_users "
        "can_post_stories can_edit_stories can_delete_stories"
    )
    return dict.fromkeys(names.split(), True)
