"""A silent feed is told to every admin once, over HTTP, and stands in /status, /readyz and the metrics."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest_asyncio

from bot.adapters.metrics import Metrics
from bot.adapters.telegram import TelegramConfig
from bot.adapters.telegram.delivery.own_accord import OwnAccord
from bot.adapters.telegram.handlers.admins.silences import SilenceNews
from bot.adapters.telegram.views import admin_texts
from bot.adapters.web.monitoring import monitoring
from bot.admin.freshness import Freshness, FreshnessWatch
from index.ingest.feeds.silence import SilentFeed
from tests.bot.fakes import small_index
from tests.bot.telegram.fakes import FakeOperations
from tests.bot.telegram.serving import FAST, Served, served
from tests.bot.web.serving import served_routes
from tests.botapi import BotApiServer

SILENT = SilentFeed(
    "https://courier.example/feed?key=secret", 1_714_953_600.0, "Old bridge\nopens", "no such host", is_told=False
)
LINE = (
    "https://courier.example/feed: last heard 6 May 2024, 00:00 UTC, “Old bridge opens”;"
    " it cannot be read: no such host"
)


@dataclass
class Feeds:
    """Feeds that are silent, and whether that was told."""

    silent: list[SilentFeed] = field(default_factory=lambda: [SILENT])

    def silent_feeds(self) -> Sequence[SilentFeed]:
        return self.silent

    def note_silence_told(self, silent: SilentFeed) -> None:
        self.silent = [replace(silent, is_told=True)]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


def _news(feeds: Feeds, own_accord: OwnAccord, config: TelegramConfig) -> SilenceNews:
    watch = FreshnessWatch(small_index(), feeds)
    return SilenceNews(watch, own_accord, config.admin_ids)


async def test_each_admin_is_told_once_also_after_a_kill_before_that_was_noted(
    server: BotApiServer, tmp_path: Path
) -> None:
    admins = [server.user("Grace"), server.user("Alan")]
    for admin in admins:
        admin.opens_chat()
    config = replace(FAST, admin_ids=frozenset(admin.id for admin in admins))
    for feeds in (Feeds(), Feeds()):  # the second does not know that it was told
        async with served(server, tmp_path / "store.db", config) as bot:
            for _ in range(2):
                await _news(feeds, bot.own_accord, config).tell()
            await server.wait_until(lambda: all(bot.answers(admin) for admin in admins))
            await _settled(bot)
        assert feeds.silent[0].is_told
    said = [message.text for admin in admins for message in server.messages(admin.opens_chat())]
    assert said == [f"{admin_texts.SILENT_FEEDS}\n{LINE}"] * 2


async def test_readyz_and_metrics_carry_the_age_of_the_newest_article_and_the_silent_feeds() -> None:
    watch, metrics = FreshnessWatch(small_index(), Feeds()), Metrics()
    metrics.watch(FakeOperations(), lambda: 0, watch.look)
    async with served_routes(monitoring(metrics, freshness=watch.look)) as client:
        ready = (await client.get("/readyz")).json()
        figures = (await client.get("/metrics")).text
    age = (datetime.now(UTC) - datetime(2024, 5, 4, 7, 30, tzinfo=UTC)).total_seconds()
    assert ready.keys() == {"status", "newest_article_seconds", "silent_feeds"}
    assert ready["silent_feeds"] == ["https://courier.example/feed"]
    assert abs(ready["newest_article_seconds"] - age) < 60
    assert "newsquote_silent_feeds 1.0" in figures
    assert "newsquote_newest_article_age_seconds" in figures


def test_status_shows_both() -> None:
    shown = admin_texts.status(FakeOperations().status(), 0, Freshness(None, (SILENT,)))
    assert "Newest article: not known" in shown.splitlines()
    assert shown.splitlines()[-2:] == [admin_texts.SILENT_FEEDS, f"• {LINE}"]


async def _settled(bot: Served) -> None:
    await bot.server.wait_until(lambda: not bot.store.outbox.pending())
