"""Everything the server knows: accounts, chats, messages, files, queries and calls."""

import itertools
import threading
import time
from dataclasses import dataclass, field

from .errors import ApiError, bad_request, forbidden
from .flood import FloodGate
from .privacy import reaches_bot
from .setup import BotSetup
from .updates import UpdateQueue
from .values import Account, Chat, Content, Json, Message, StoredFile

Params = dict[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot's and how it ended; `at` is `time.monotonic()` on arrival."""

    method: str
    params: Params
    at: float
    result: object
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ChatAction:
    """ "typing..." and its like."""

    chat: Chat
    action: str
    at: float
    thread_id: int | None = None


@dataclass(slots=True)
class CallbackQuery:
    """A button press and, once given, the bot's answer to it."""

    id: str
    user: Account
    message: Message
    data: str
    is_expired: bool = False
    answer: Params | None = None

    @property
    def text(self) -> str:
        """The notice the bot showed, or nothing."""
        return str((self.answer or {}).get("text") or "")


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One line of an inline answer, and the message that choosing it sends."""

    id: str
    title: str
    description: str
    content: Content
    source: str


@dataclass(slots=True)
class InlineQuery:
    """What somebody typed behind the bot's name and, once given, the bot's answer: results, checked, and a button."""

    id: str
    user: Account
    text: str
    is_expired: bool = False
    results: list[InlineResult] | None = None
    button: Json | None = None
    params: Params = field(default_factory=dict)


@dataclass(slots=True)
class GuestQuery:
    """A message that called the bot into a chat it is no member of and, once given, the one answer to it there."""

    id: str
    message: Message
    is_expired: bool = False
    answer: Message | None = None


@dataclass(slots=True)
class Webhook:
    """Where updates should go; an empty address means long polling."""

    url: str = ""
    secret_token: str | None = None
    last_error: str = ""


@dataclass(slots=True)
class State:
    """The world of one bot. Hold `lock` to change it: tests may drive from another thread."""

    setup: BotSetup
    lock: threading.RLock = field(default_factory=threading.RLock)
    accounts: dict[int, Account] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    files: dict[str, StoredFile] = field(default_factory=dict)
    queries: dict[str, CallbackQuery] = field(default_factory=dict)
    inline_queries: dict[str, InlineQuery] = field(default_factory=dict)
    guest_queries: dict[str, GuestQuery] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    calls: list[Call] = field(default_factory=list)
    actions: list[ChatAction] = field(default_factory=list)
    webhook_target: str = ""
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    common_ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    bot: Account = field(init=False)
    flood: FloodGate = field(init=False)

    def __post_init__(self) -> None:
        bot_id = int(self.setup.token.split(":")[0])
        self.bot = Account(bot_id, self.setup.name, self.setup.username, is_bot=True)
        self.accounts[bot_id] = self.bot
        self.flood = FloodGate(self.setup.flood)

    def next_number(self) -> int:
        """A number never given before in this world."""
        return next(self.numbers)

    def find_chat(self, chat_id: object) -> Chat:
        """The chat a call names, by id or @username, if the bot may write there."""
        if chat_id in (None, ""):
            raise bad_request("chat_id is empty")
        chat = self.chats.get(int(str(chat_id))) if _is_number(str(chat_id)) else self._chat_named(str(chat_id))
        if chat is None:
            raise bad_request("chat not found")
        self._refuse_if_shut_out(chat)
        return chat

    def _chat_named(self, name: str) -> Chat | None:
        public = (chat for chat in self.chats.values() if chat.username is not None and not chat.is_private)
        return next((chat for chat in public if f"@{chat.username}" == name), None)

    def _refuse_if_shut_out(self, chat: Chat) -> None:
        if chat.moved_to is not None:
            raise ApiError("Bad Request: group chat was upgraded to a supergroup chat", moved_to=chat.moved_to)
        if chat.is_private and chat.id in self.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.is_private and self.bot.id not in chat.members:
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if chat.type == "channel" and chat.members[self.bot.id] != "administrator":
            raise bad_request("need administrator rights in the channel chat")

    def add_message(
        self,
        chat: Chat,
        sender: Account,
        content: Content,
        *,
        reply_to: Message | None = None,
        thread_id: int | None = None,
        file: StoredFile | None = None,
        service: Json | None = None,
    ) -> Message:
        """Stores a message under the chat's next id."""
        message = Message(
            chat=chat,
            id=self._next_message_id(chat),
            sender=sender,
            date=int(time.time()),
            history=[content],
            reply_to=reply_to,
            thread_id=thread_id,
            file=file,
            service=service or {},
        )
        if thread_id is None and reply_to is not None and chat.type == "supergroup":
            # Replies in a plain supergroup form a thread, whose id no call may use.
            message.thread_id = reply_to.thread_id or (None if chat.is_forum else reply_to.id)
        chat.messages[message.id] = message
        if sender.is_bot:
            chat.last_bot_id = sender.id
        return message

    def _next_message_id(self, chat: Chat) -> int:
        """Supergroups and channels count their own; private chats and small groups share the bot's one sequence."""
        if chat.type in ("supergroup", "channel") or chat.is_foreign:
            return max(chat.messages, default=0) + 1
        return next(self.common_ids)

    def announce(self, message: Message, kind: str = "message") -> None:
        """Sends the bot an update about a message, if it may see the message."""
        if message.sender.id == self.bot.id or message.chat.id in self.blocked:
            return
        if reaches_bot(self, message):
            in_channel = {"message": "channel_post", "edited_message": "edited_channel_post"}
            self.updates.push(in_channel[kind] if message.chat.type == "channel" else kind, message.as_json())

    def bot_messages(self, chat: Chat) -> list[Message]:
        """What the bot has said in the chat and not deleted, oldest first."""
        return [
            message for message in chat.messages.values() if message.sender.id == self.bot.id and not message.is_deleted
        ]


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()
