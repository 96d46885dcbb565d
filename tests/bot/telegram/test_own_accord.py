"""What the bot says of its own accord: once, when the chat wants it, and to nobody who has blocked it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest_asyncio

from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.own_accord import Announcement, OwnAccord, chat_of
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.messages import plain_message
from bot.chat_settings import ChatSettings, QuietHours
from bot.store import OwnMessage, Store
from tests.bot.telegram.conftest import ADA, Stage
from tests.bot.telegram.serving import Served, served
from tests.botapi import BotApiServer, User

ALL_DAY_BUT_A_MINUTE = QuietHours(time(0, 1), time(0, 0))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


def _news(user: User, words: str = texts.NO_KEEP, *, key: str = "alert:first") -> Announcement:
    return Announcement(f"{key}:{user.id}", "alert", Place(user.opens_chat().id), lambda: plain_message(words))


def _said(bot: Served, user: User) -> list[str]:
    return [message.text for message in bot.answers(user)]


async def test_it_is_said_once_however_often_it_is_planned_and_in_the_chats_language(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada = server.user("Ada")
        bot.store.chat_settings.change(chat_of(ada.id), lambda settings: replace(settings, language="de"))
        assert [await bot.own_accord.plan(_news(ada)) for _ in range(3)] == [True, False, False]
        await server.wait_for_message(ada.opens_chat())
        await bot.own_accord.plan(_news(ada, key="alert:2"))
        await server.wait_until(lambda: len(_said(bot, ada)) == 2)
        assert await bot.own_accord.plan(_news(ada)) is False
        assert _said(bot, ada) == ["Nein, behalten"] * 2


async def test_what_was_planned_and_what_was_on_its_way_comes_after_a_kill_once(
    server: BotApiServer, tmp_path: Path
) -> None:
    ada, now = server.user("Ada"), datetime.now(UTC)
    chat_id = ada.opens_chat().id
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        rows = [
            OwnMessage(f"alert:{n}", "alert", chat_id, [{"text": str(n)}], now, now + timedelta(days=1)) for n in (1, 2)
        ]
        store.own_messages.plan(rows, now)
        first, _ = store.own_messages.due(now, most=10)
        store.own_messages.hand_over(first.id, 0, now)
    for _ in range(2):
        async with served(server, tmp_path / "store.db") as bot:
            await server.wait_until(lambda: len(_said(bot, ada)) == 2)
            await server.wait_until(
                lambda: not bot.store.outbox.pending() and not bot.store.own_messages.due(now, most=1)
            )
            assert sorted(_said(bot, ada)) == ["1", "2"]


async def test_it_waits_for_the_end_of_quiet_hours_which_the_chat_can_end(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada, grace = server.user("Ada"), server.user("Grace")
        now = datetime.now(UTC).time()
        quiet = QuietHours(now.replace(minute=0, second=0), time((now.hour + 2) % 24))
        bot.store.chat_settings.change(chat_of(ada.id), lambda settings: replace(settings, quiet=quiet))
        await bot.own_accord.plan(_news(ada))
        await bot.own_accord.plan(_news(grace))
        await server.wait_for_message(grace.opens_chat())
        assert _said(bot, ada) == []
        assert (await bot.ask(ada, "/quiet off")).text == texts.NOT_QUIET
        await server.wait_until(lambda: _said(bot, ada) == [texts.NOT_QUIET, texts.NO_KEEP])


async def test_a_chat_that_blocked_the_bot_is_told_nothing_until_it_writes_again(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada = server.user("Ada")
        ada.opens_chat()
        ada.blocks()
        await bot.own_accord.plan(_news(ada))
        await server.wait_until(lambda: bot.store.chat_settings.unreachable() == {chat_of(ada.id)})
        assert await bot.own_accord.plan(_news(ada, key="alert:2")) is False
        ada.unblocks()
        await bot.ask(ada, "/quiet")
        assert bot.store.chat_settings.unreachable() == frozenset()
        assert await bot.own_accord.plan(_news(ada, key="alert:3")) is True
        await server.wait_until(lambda: _said(bot, ada) == [texts.HOW_TO_BE_QUIET, texts.NO_KEEP])


async def test_nothing_is_said_when_it_is_too_late_for_it(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada = server.user("Ada")
        past = datetime.now(UTC) - timedelta(hours=2)
        await bot.own_accord.plan(replace(_news(ada), not_before=past, lasts=timedelta(hours=1)))
        await bot.own_accord.plan(_news(ada, "now", key="alert:2"))
        await server.wait_for_message(ada.opens_chat())
        assert _said(bot, ada) == ["now"]


async def test_quiet_hours_are_set_told_and_ended_in_the_words_of_the_asker(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada, jan = server.user("Ada"), server.user("Jan", language_code="de")
        in_utc, in_prague, again = [
            (await bot.ask(ada, words)).text for words in ("/quiet 22-7", "/quiet 22:30-7 prague", "/quiet")
        ]
        told = "Quiet from {}–07:00: nothing comes unasked then; what waits comes afterwards.\n{}"
        assert in_utc == told.format("22:00", texts.IN_UTC)
        assert in_prague == again == told.format("22:30", "Time zone: Europe/Prague.")
        assert (await bot.ask(ada, "/quiet tonight")).text == texts.HOW_TO_BE_QUIET
        german = (await bot.ask(jan, "/quiet 22-7 Berlin")).text
        assert (
            german
            == "Ruhe von 22:00–07:00: Dann kommt nichts ungefragt; was wartet, kommt danach.\nZeitzone: Europe/Berlin."
        )
        kept = bot.store.chat_settings.of(chat_of(jan.id))
        assert kept == ChatSettings("Europe/Berlin", QuietHours(time(22), time(7)), language="de")


async def test_forgetting_deletes_what_a_chat_has_set_and_what_waits_for_it(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada = server.user("Ada")
        await bot.ask(ada, "/quiet 0:01-0:00")
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        await bot.own_accord.plan(replace(_news(ada), not_before=tomorrow))
        asked = await bot.ask(ada, "/forget")
        query = ada.presses(asked, texts.YES_FORGET)
        await server.wait_for_answer(query)
        assert bot.store.chat_settings.of(chat_of(ada.id)) == ChatSettings()
        assert bot.store.own_messages.due(tomorrow, most=10) == []


async def test_what_waits_is_said_as_soon_as_the_replica_leads_and_not_before(stage: Stage) -> None:
    leading, looked_again = asyncio.Event(), 3_600.0

    async def spare_room(_: object) -> None:
        return

    own_accord = OwnAccord(stage.app.store, stage.outbox(), spare_room, leading, every_seconds=looked_again)
    sending = asyncio.create_task(own_accord.run())
    place = Place(ADA)
    await own_accord.plan(Announcement("alert:first", "alert", place, lambda: plain_message(texts.NO_KEEP)))
    await asyncio.sleep(0.05)
    assert stage.request.calls == []
    leading.set()
    await stage.until(lambda: [call.method for call in stage.request.calls] == ["sendMessage"])
    sending.cancel()
