"""People, chats and the record of what the bot did: what a test makes and looks at."""

from collections.abc import Callable, Sequence
from typing import Literal

from .faults import Fault, FaultQueue
from .people import User, membership_change
from .setup import BotSetup
from .state import Call, CallbackQuery, ChatAction, State
from .values import Account, Chat, Content, Message

Predicate = Callable[[Message], bool]


class BotWorld:
    """One bot's surroundings, safe to change from any thread; `port` is where it is served."""

    def __init__(self, setup: BotSetup | None = None) -> None:
        self.state = State(setup or BotSetup())
        self.faults = FaultQueue()
        self.port = 0
        self._taken: set[Message] = set()

    @property
    def token(self) -> str:
        """The only token the server takes."""
        return self.state.setup.token

    @property
    def url(self) -> str:
        """The value for TELEGRAM_API_URL; a token is appended to it."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def file_url(self) -> str:
        """The value for TELEGRAM_FILE_URL; a token is appended to it."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    @property
    def calls(self) -> list[Call]:
        """Every call of the bot's, refused ones too, oldest first."""
        with self.state.lock:
            return list(self.state.calls)

    @property
    def callback_answers(self) -> list[CallbackQuery]:
        """The button presses that the bot has answered, in order of pressing."""
        with self.state.lock:
            return [query for query in self.state.queries.values() if query.answer is not None]

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    def user(
        self,
        first_name: str = "Ada",
        *,
        id: int | None = None,
        username: str | None = None,
        language_code: str = "en",
        is_bot: bool = False,
    ) -> User:
        """A new person, or another bot, whom this bot has never met."""
        with self.state.lock:
            number = id or 1000 + self.state.next_number()
            account = Account(number, first_name, username, is_bot, language_code)
            self.state.accounts[number] = account
            return User(account, self.state)

    def private_chat(self, user: User) -> Chat:
        """The user's chat with the bot."""
        return user.opens_chat()

    def group(
        self,
        title: str,
        members: Sequence[User],
        *,
        kind: Literal["group", "supergroup"] = "supergroup",
        topics: Sequence[str] = (),
        username: str | None = None,
        bot_status: Literal["member", "administrator"] = "member",
    ) -> Chat:
        """A group that the bot has just been added to; `topics` make it a forum.

        The first member owns it, and Telegram's two updates about the bot's arrival are sent.
        """
        with self.state.lock:
            number = self.state.next_number()
            chat_id = -1_001_000_000_000 - number if kind == "supergroup" else -10_000 - number
            chat = Chat(chat_id, kind, title, username, is_forum=bool(topics))
            chat.members = {member.id: "member" for member in members}
            chat.members |= {members[0].id: "creator", self.state.bot.id: bot_status}
            self.state.chats[chat_id] = chat
            self._announce_arrival(chat, members[0].account)
            for topic in topics:
                self.topic(chat, topic, creator=members[0])
            return chat

    def channel(self, title: str, admins: Sequence[User], *, username: str | None = None) -> Chat:
        """A channel that the bot was just made an admin of; the first of its other admins owns it."""
        with self.state.lock:
            chat = Chat(-1_001_000_000_000 - self.state.next_number(), "channel", title, username)
            chat.members = {admin.id: "administrator" for admin in admins}
            chat.members |= {admins[0].id: "creator", self.state.bot.id: "administrator"}
            self.state.chats[chat.id] = chat
            change = membership_change(self.state, chat, admins[0].account, "left", "administrator")
            self.state.updates.push("my_chat_member", change)
            return chat

    def foreign_chat(
        self, members: Sequence[User], *, kind: Literal["private", "group", "supergroup"] = "supergroup"
    ) -> Chat:
        """A chat that the bot is no member of. A private one of two people has the second one's id."""
        with self.state.lock:
            number = self.state.next_number()
            ids = {"private": members[-1].id, "group": -10_000 - number, "supergroup": -1_001_000_000_000 - number}
            chat = Chat(ids[kind], kind, members[-1].account.first_name, is_foreign=True)
            chat.members = {member.id: "member" for member in members}
            return chat

    def topic(self, chat: Chat, name: str, *, creator: User) -> int:
        """Opens a forum topic and returns its thread id."""
        with self.state.lock:
            opened = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
            message = self.state.add_message(chat, creator.account, Content(""), service=opened)
            message.thread_id = message.id
            chat.topics[message.id] = name
            self.state.announce(message)
            return message.id

    def closes_topic(self, chat: Chat, thread_id: int) -> None:
        """Deletes a topic; writing to it fails from now on."""
        with self.state.lock:
            del chat.topics[thread_id]

    def upgrades(self, group: Chat) -> Chat:
        """Makes a group a supergroup, as Telegram does: another chat with the same people, a note in each, and no
        call may name the old one any more."""
        with self.state.lock:
            owner = self.state.accounts[next(iter(group.members))]
            new = Chat(-1_001_000_000_000 - self.state.next_number(), "supergroup", group.title)
            new.members = dict(group.members)
            self.state.chats[new.id] = new
            for chat, note in ((group, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": group.id})):
                self.state.announce(self.state.add_message(chat, owner, Content(""), service=note))
            group.moved_to = new.id
            return new

    def removes_bot(self, chat: Chat) -> None:
        """Throws the bot out of a group."""
        with self.state.lock:
            owner = next(iter(chat.members))
            change = membership_change(self.state, chat, self.state.accounts[owner], "member", "kicked")
            del chat.members[self.state.bot.id]
            self.state.updates.push("my_chat_member", change)

    def expires_queries(self) -> None:
        """Makes every button press and every call for the bot as a guest so far too old to answer."""
        with self.state.lock:
            for query in self.state.queries.values():
                query.is_expired = True
            for summons in self.state.guest_queries.values():
                summons.is_expired = True

    def messages(self, chat: Chat) -> list[Message]:
        """What the bot has said in the chat and not deleted; edits are in each `history`."""
        with self.state.lock:
            return self.state.bot_messages(chat)

    def chat_actions(self, chat: Chat) -> list[ChatAction]:
        """The "typing..." signs shown in the chat."""
        with self.state.lock:
            return [action for action in self.state.actions if action.chat is chat]

    def order_fault(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        chat: Chat | None = None,
        times: int = 1,
    ) -> None:
        """Makes the next `times` fitting calls fail; see `faults` for the kinds."""
        chat_id = chat.id if chat else None
        self.faults.add(fault, method=method, chat_id=chat_id, times=times)

    def take_message(self, chat: Chat, predicate: Predicate | None = None) -> Message | None:
        """The first bot message that fits and was not taken before, if there is one."""
        with self.state.lock:
            for message in self.state.bot_messages(chat):
                if message not in self._taken and (predicate is None or predicate(message)):
                    self._taken.add(message)
                    return message
        return None

    def repeats_updates(self, times: int = 1) -> None:
        """Sends updates again although the bot has confirmed them, as Telegram does when it missed that."""
        with self.state.lock:
            self.state.updates.repeat(times)

    def deliver_webhooks_to(self, url: str) -> None:
        """Where updates go while the bot has a webhook: its public address leads nowhere here."""
        with self.state.lock:
            self.state.webhook_target = url

    def describe(self) -> str:
        """The last calls, for the report of a wait that failed."""
        lines = [f"{call.method} {call.params.get('text') or ''} -> {call.error or 'ok'}" for call in self.calls[-12:]]
        return "last calls:\n" + "\n".join(lines)

    def _announce_arrival(self, chat: Chat, actor: Account) -> None:
        change = membership_change(self.state, chat, actor, "left", "member")
        self.state.updates.push("my_chat_member", change)
        joined = {"new_chat_members": [self.state.bot.as_json()]}
        self.state.announce(self.state.add_message(chat, actor, Content(""), service=joined))
