"""A served bot over HTTP, whose process can be thought to die: what a test needs to break things."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.adapters.telegram import Metrics, TelegramConfig, build_service, serve
from bot.adapters.telegram.delivery.own_accord import OwnAccord
from bot.store import Store
from bot.store.sent_answers import SentAnswers
from tests.bot.telegram.fakes import FakeDialogue, fake_app
from tests.botapi import BotApiServer, Message, User, faults

FAST = TelegramConfig("", messages_per_second=0, questions_per_minute=1_000)
"""No limits of Telegram's or ours; the token and addresses are filled in."""
FAULTS = {
    "429": faults.too_many_requests(1),
    "500": faults.internal_error(),
    "502 with HTML": faults.server_error(502),
    "504 before": faults.silence(0.0, accepts=False),
    "504 after": faults.silence(0.0, accepts=True),
    "reset before": faults.drop_before(),
    "reset after": faults.drop_after(),
    "garbage before": faults.garbage(),
    "garbage after": faults.garbage(accepts=True),
}
"""What may go wrong with a call, by what it is called in a test."""


@dataclass(frozen=True)
class Served:
    """A bot on the line. A `database` survives it."""

    server: BotApiServer
    dialogue: FakeDialogue
    metrics: Metrics
    store: Store
    ended: asyncio.Event
    own_accord: OwnAccord

    async def ask(self, user: User, text: str = "Who opened it?") -> Message:
        """The bot's next message in the private chat after a question."""
        user.says(user.opens_chat(), text)
        return await self.server.wait_for_message(user.opens_chat())

    def answers(self, user: User) -> list[Message]:
        """All that the bot has said to a person."""
        return self.server.messages(user.opens_chat())


@asynccontextmanager
async def served(
    server: BotApiServer,
    database: Path | str | None = None,
    config: TelegramConfig = FAST,
    *,
    dialogue: FakeDialogue | None = None,
    sent_answers: SentAnswers | None = None,
) -> AsyncIterator[Served]:
    """A bot that serves for the length of the block, and then stops as on SIGTERM. The store knows none of the fake's
    replies, so that which message holds which is kept only in `sent_answers` of a test's own.

    `database` is a file or a URL. Of several that share one, with a webhook, each but the first only waits for work.
    """
    config = replace(config, token=server.token, api_url=server.url, file_url=server.file_url)
    url = f"sqlite:///{database}" if isinstance(database, Path) else database or "sqlite://"
    store = Store.open(url)
    dialogue, metrics, stop, ended = dialogue or FakeDialogue(), Metrics(), asyncio.Event(), asyncio.Event()
    service = build_service(fake_app(dialogue, store=store), config, metrics, sent_answers=sent_answers)
    before = len(server.calls_of("getUpdates"))

    def is_up() -> bool:
        if not config.webhook_url:
            return len(server.calls_of("getUpdates")) > before
        leads = service.heartbeat.leading.is_set()
        return bool(server.calls_of("setWebhook")) if leads else store.outbox.replicas.count > 1

    serving = asyncio.create_task(serve(service, stop))
    serving.add_done_callback(lambda _: ended.set())
    try:
        await server.wait_until(lambda: is_up() or serving.done())
        yield Served(server, dialogue, metrics, store, ended, service.own_accord)
    finally:
        stop.set()
        await serving
        service.close()
        store.close()
