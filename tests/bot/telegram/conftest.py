"""A Telegram without a network: people say things and press buttons, the bot's calls are taken down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from telegram import Update

from bot.adapters.telegram import TelegramConfig, application, build_application
from bot.adapters.telegram.delivery.bot import TelegramApplication
from bot.adapters.telegram.delivery.leases import LeaseKeeper
from bot.adapters.telegram.delivery.outbox import Outbox
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.delivery.workers import BlockingExecutor
from bot.adapters.telegram.routing import Router
from bot.app import App
from tests.bot.telegram.fakes import (
    BOT_ID,
    BOT_NAME,
    TOKEN,
    Call,
    FakeDialogue,
    FakeOperations,
    FakeSentAnswers,
    FakeUsage,
    RecordingRequest,
    fake_app,
)

_QUICK_SECONDS = 0.2
_IN_PASSING = ("sendChatAction", "setMyCommands")
ADA = 7
ADMIN = 99
GROUP = -1001


@pytest.fixture
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the bot looks for every few seconds it looks for at once, for tests that wait for it: others would be told
    unasked."""
    for what in ("alerts", "corrections"):
        monkeypatch.setitem(application._SECONDS_BETWEEN, what, _QUICK_SECONDS)


@dataclass
class Stage:
    """The application under test and what it talks to."""

    application: TelegramApplication
    request: RecordingRequest
    dialogue: FakeDialogue
    app: App
    operations: FakeOperations
    usage: FakeUsage
    sent: FakeSentAnswers
    _ids: list[int] = field(default_factory=lambda: [0])

    async def say(
        self,
        text: str | None,
        *,
        user: int = ADA,
        chat: int | None = None,
        **extra: Any,  # noqa: ANN401 - any field of a message
    ) -> list[Call]:
        """What the bot sends or edits because of a message, entities found as Telegram finds them."""
        return await self.handle(self.message_update(text, user=user, chat=chat, **extra))

    async def press(
        self,
        data: str,
        *,
        user: int = ADA,
        chat: int | None = None,
        **extra: Any,  # noqa: ANN401
    ) -> list[Call]:
        """What the bot calls because of a button under its message 500."""
        keyboard = {"inline_keyboard": [[{"text": "A button", "callback_data": data}]]}
        message = {"message_id": 500, "date": 1, "chat": _chat(chat or user), "from": _BOT, "reply_markup": keyboard}
        message |= extra
        query = {"id": "1", "from": _person(user), "chat_instance": "x", "data": data, "message": message}
        return await self.handle(self._update({"callback_query": query}))

    async def handle(self, update: Update) -> list[Call]:
        """The calls, typing and menus left out, that handling an update makes."""
        before = len(self.request.calls)
        await self.application.update_processor.process_update(update, self.application.process_update(update))
        return [call for call in self.request.calls[before:] if call.method not in _IN_PASSING]

    def message_update(
        self,
        text: str | None,
        *,
        user: int = ADA,
        chat: int | None = None,
        kind: str = "message",
        **extra: Any,  # noqa: ANN401
    ) -> Update:
        """An update with one message."""
        said = {"text": text, "entities": _entities(text)} if text is not None else {}
        return self.with_message(said | extra, user=user, chat=chat, kind=kind)

    def with_message(
        self, fields: dict[str, Any], *, user: int = ADA, chat: int | None = None, kind: str = "message"
    ) -> Update:
        """An update with one message of these fields."""
        message = {"message_id": self._number(), "date": 1, "chat": _chat(chat or user), "from": _person(user)}
        return self._update({kind: message | fields})

    def router(self) -> Router:
        """What makes handlers that send through the same bot."""
        return Router(Messenger(self.application.bot, self.outbox()))

    def outbox(self) -> Outbox:
        """What sends through the same bot."""
        store, executor = self.app.store.outbox, BlockingExecutor("test")
        leases = LeaseKeeper(store.leases, executor)
        return Outbox(self.application.bot, store, executor, leases, self.sent)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Waits, five seconds at most, for what goes on in the background."""
        async with asyncio.timeout(5):
            while not happened():
                await asyncio.sleep(0.005)

    def _update(self, body: dict[str, Any]) -> Update:
        update = Update.de_json({"update_id": self._number(), **body}, self.application.bot)
        assert update is not None
        return update

    def _number(self) -> int:
        self._ids[0] += 1
        return self._ids[0]


_BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Newsquote", "username": BOT_NAME}
FROM_BOT: dict[str, Any] = {
    "message_id": 500,
    "date": 1,
    "chat": {"id": GROUP, "type": "supergroup"},
    "from": _BOT,
}


def _chat(number: int) -> dict[str, Any]:
    if number > 0:
        return {"id": number, "type": "private", "first_name": "Ada"}
    return {"id": number, "type": "supergroup", "title": "Readers"}


def _person(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": "Ada", "last_name": "Lovelace"}


def _entities(text: str) -> list[dict[str, Any]]:
    found = []
    units = 0
    for word in text.split(" "):
        if word.startswith("/") and not units:
            found.append({"type": "bot_command", "offset": 0, "length": len(word.split("\n")[0])})
        if word.startswith("@"):
            name = word.rstrip(",.?!")
            found.append({"type": "mention", "offset": units, "length": len(name)})
        units += len(f"{word} ".encode("utf-16-le")) // 2
    return found


@pytest.fixture(autouse=True)
def _modern_time_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    """RetryAfter warns of a coming change each time it is made, unless this is set."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def config() -> TelegramConfig:
    """Everybody may ask, as fast as they like; one admin."""
    return TelegramConfig(TOKEN, admin_ids=frozenset({ADMIN}), questions_per_minute=1_000, messages_per_second=0)


@pytest_asyncio.fixture
async def stage(config: TelegramConfig) -> AsyncIterator[Stage]:
    """A bot ready to be talked to."""
    dialogue, operations, usage = FakeDialogue(), FakeOperations(), FakeUsage()
    sent, request = FakeSentAnswers(), RecordingRequest()
    app = fake_app(dialogue, operations=operations, usage=usage)
    application = build_application(app, sent, config, request=request)
    async with application:
        request.calls.clear()
        yield Stage(application, request, dialogue, app, operations, usage, sent)
    assert application.post_shutdown is not None
    await application.post_shutdown(application)
