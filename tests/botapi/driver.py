"""The server as a test holds it: make people and chats, then watch what the bot does."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Literal, Self

from .faults import Fault, FaultQueue
from .people import User, membership_change
from .server import Endpoint
from .state import Call, CallbackQuery, ChatAction, State
from .values import Account, Chat, Content, Message

TOKEN: Final = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
_TICK_SECONDS: Final = 0.01

Predicate = Callable[[Message], bool]


class BotWorld:
    """People, chats and the record of what the bot did; safe to use from any thread."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        bot_name: str = "Newsquote",
        bot_username: str = "newsquote_bot",
        privacy_mode: bool = True,
        mentions_pass_privacy: bool = False,
    ) -> None:
        bot = Account(int(token.split(":")[0]), bot_name, bot_username, is_bot=True)
        self.token = token
        self.state = State(bot, privacy_mode=privacy_mode, mentions_pass_privacy=mentions_pass_privacy)
        self.faults = FaultQueue()
        self._endpoint = Endpoint(self.state, token, self.faults)
        self._port = 0
        self._taken: set[Message] = set()

    @property
    def url(self) -> str:
        """The value for TELEGRAM_API_URL; a token is appended to it."""
        return f"http://127.0.0.1:{self._port}/bot"

    @property
    def file_url(self) -> str:
        """The value for TELEGRAM_FILE_URL; a token is appended to it."""
        return f"http://127.0.0.1:{self._port}/file/bot"

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

    def removes_bot(self, chat: Chat) -> None:
        """Throws the bot out of a group."""
        with self.state.lock:
            owner = next(iter(chat.members))
            change = membership_change(self.state, chat, self.state.accounts[owner], "member", "kicked")
            del chat.members[self.state.bot.id]
            self.state.updates.push("my_chat_member", change)

    def expires_queries(self) -> None:
        """Makes every button press so far too old to answer."""
        with self.state.lock:
            for query in self.state.queries.values():
                query.is_expired = True

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

    def describe(self) -> str:
        """The last calls, for the report of a wait that failed."""
        lines = [
            f"{call.method} {call.params.get('text') or ''} -> {call.error or 'ok'}"
            for call in self.calls[-12:]
        ]
        return "last calls:\n" + "\n".join(lines)

    def _announce_arrival(self, chat: Chat, actor: Account) -> None:
        change = membership_change(self.state, chat, actor, "left", "member")
        self.state.updates.push("my_chat_member", change)
        joined = {"new_chat_members": [self.state.bot.as_json()]}
        self.state.announce(self.state.add_message(chat, actor, Content(""), service=joined))


class BotApiServer(BotWorld):
    """The server in the running event loop; waits are coroutines."""

    async def start(self) -> None:
        """Opens a free port; `url` is good from then on."""
        self._port = await self._endpoint.start()

    async def stop(self) -> None:
        """Closes the port."""
        await self._endpoint.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def wait_until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Returns once the condition holds; fails with the last calls when it never does."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing within {timeout} s; {self.describe()}")
            await asyncio.sleep(_TICK_SECONDS)

    async def wait_for_message(
        self, chat: Chat, predicate: Predicate | None = None, timeout: float = 10.0
    ) -> Message:
        """The next bot message in the chat that fits, each returned once; edits count."""
        found: list[Message] = []
        await self.wait_until(lambda: _collect(self, chat, predicate, found), timeout)
        return found[0]

    async def wait_for_answer(self, query: CallbackQuery, timeout: float = 10.0) -> str:
        """The notice that answered a button press, empty if it had no words."""
        await self.wait_until(lambda: query.answer is not None, timeout)
        return query.text


class ThreadedBotApiServer(BotWorld):
    """The server in a thread of its own; waits block."""

    def __init__(self, *, privacy_mode: bool = True, mentions_pass_privacy: bool = False) -> None:
        super().__init__(privacy_mode=privacy_mode, mentions_pass_privacy=mentions_pass_privacy)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Opens a free port; `url` is good from then on."""
        self._thread.start()
        starting = asyncio.run_coroutine_threadsafe(self._endpoint.start(), self._loop)
        self._port = starting.result()

    def stop(self) -> None:
        """Closes the port and ends the thread."""
        asyncio.run_coroutine_threadsafe(self._endpoint.stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait_until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Returns once the condition holds; fails with the last calls when it never does."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing within {timeout} s; {self.describe()}")
            time.sleep(_TICK_SECONDS)

    def wait_for_message(
        self, chat: Chat, predicate: Predicate | None = None, timeout: float = 10.0
    ) -> Message:
        """The next bot message in the chat that fits, each returned once; edits count."""
        found: list[Message] = []
        self.wait_until(lambda: _collect(self, chat, predicate, found), timeout)
        return found[0]

    def wait_for_answer(self, query: CallbackQuery, timeout: float = 10.0) -> str:
        """The notice that answered a button press, empty if it had no words."""
        self.wait_until(lambda: query.answer is not None, timeout)
        return query.text


def _collect(world: BotWorld, chat: Chat, predicate: Predicate | None, found: list[Message]) -> bool:
    message = world.take_message(chat, predicate)
    if message is not None:
        found.append(message)
    return message is not None


@contextmanager
def running_server(
    *, privacy_mode: bool = True, mentions_pass_privacy: bool = False
) -> Iterator[ThreadedBotApiServer]:
    """A server in a background thread, for tests that are not coroutines."""
    server = ThreadedBotApiServer(privacy_mode=privacy_mode, mentions_pass_privacy=mentions_pass_privacy)
    server.start()
    try:
        yield server
    finally:
        server.stop()
