"""Attacks by people on Telegram: forged presses, channels, forwarded commands, words that lead away, floods."""

import asyncio
import gzip
import logging
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.adapters.telegram.config import TelegramConfig
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.admins.notices import AdminNotices
from bot.adapters.telegram.views import admin_texts, texts
from bot.adapters.telegram.views.html import to_html, words_of_others
from bot.adapters.telegram.views.keyboards import pages_keyboard
from bot.admin.ingest import ArticleIngest
from bot.errors import StoreUnavailable
from bot.store.sent_answers import SentAnswer
from index.article import Article
from index.ingest.fetching import Fetcher
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.examples import OPENED
from tests.bot.telegram.conftest import ADA, ADMIN, GROUP, Stage
from tests.bot.telegram.fakes import REPLY_ID, FakeSentAnswers
from tests.bot.telegram.serving import FAST, served
from tests.botapi import BotApiServer
from tests.botapi.tdparse import detect_entities, parse_html
from tests.embedders import HashingEmbedder
from tests.ports import free_port

_CHANNEL = -1_000_000_004_444
_CHANNEL_BOT = {"id": 136_817_688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
_AS_CHANNEL: dict[str, Any] = {
    "from": _CHANNEL_BOT,
    "sender_chat": {"id": _CHANNEL, "type": "channel", "title": "Loud"},
}
_KEYBOARD = {"inline_keyboard": [[{"text": "Another", "callback_data": "ctx:other:1"}]]}


@pytest.mark.parametrize(
    "data",
    ["src:0", "src:aGFja2Vk:0", f"forget:yes:{ADA}", f"forget:no:{ADA}", f"up:{REPLY_ID}", f"raw:{REPLY_ID}",
     f"ctx:{REPLY_ID}:1", "eg:0123456789"],
)  # fmt: skip
@pytest.mark.parametrize("markup", [_KEYBOARD, None], ids=["another button", "no button"])
async def test_a_press_of_a_button_that_is_not_there_does_nothing(
    stage: Stage, data: str, markup: dict[str, Any] | None
) -> None:
    calls = await stage.press(data, chat=GROUP, reply_markup=markup)
    assert [(call.method, call.params.get("text")) for call in calls] == [("answerCallbackQuery", texts.DEAD_BUTTON)]
    assert stage.dialogue.votes == {}
    assert stage.dialogue.asked == []


async def test_a_press_of_a_button_that_is_there_does_what_it_says(stage: Stage) -> None:
    keyboard = pages_keyboard(0, 3)
    assert keyboard is not None
    calls = await stage.press("src:1", reply_markup=keyboard.to_dict())
    assert "editMessageText" in [call.method for call in calls]


async def test_who_speaks_as_a_channel_is_banned_as_that_channel(stage: Stage) -> None:
    said = {"message_id": 7, "date": 1, "chat": {"id": GROUP, "type": "supergroup", "title": "Readers"}}
    original = {**said, **_AS_CHANNEL, "text": "spam"}
    [asked] = await stage.say("/ban", user=ADMIN, chat=GROUP, reply_to_message=original)
    assert str(_CHANNEL) in asked.plain.replace(",", "").replace("−", "-")
    await stage.press(asked.buttons[admin_texts.YES_BUTTON], user=ADMIN, chat=GROUP, message_id=500)
    assert stage.app.admin.moderation.banned() == frozenset({f"tg:{_CHANNEL}"})
    calls = await stage.say("/ask Who opened it?", chat=GROUP, **_AS_CHANNEL)
    assert [call.plain for call in calls] == [texts.BANNED]
    assert stage.dialogue.asked == []


async def test_a_channel_is_banned_and_unbanned_by_its_number(stage: Stage) -> None:
    for command in ("/ban", "/unban"):
        [asked] = await stage.say(f"{command} {_CHANNEL}", user=ADMIN)
        await stage.press(asked.buttons[admin_texts.YES_BUTTON], user=ADMIN)
    assert stage.app.admin.moderation.banned() == frozenset()


@pytest.mark.parametrize("config", [replace(FAST, token="1:a", questions_per_minute=2)])
async def test_many_channels_of_one_chat_have_one_allowance(stage: Stage, config: TelegramConfig) -> None:
    for number in range(10):
        channel = {"id": _CHANNEL - number, "type": "channel", "title": "Loud"}
        await stage.say("/ask Who opened it?", chat=GROUP, **{**_AS_CHANNEL, "sender_chat": channel})
    assert len(stage.dialogue.asked) == 2


_FORWARDED = {"forward_origin": {"type": "hidden_user", "sender_user_name": "Mallory", "date": 1}}
_FROM_A_BOT = {"via_bot": {"id": 55, "is_bot": True, "first_name": "Evil", "username": "evil_bot"}}


@pytest.mark.parametrize("how", [_FORWARDED, _FROM_A_BOT], ids=["forwarded", "from another bot"])
@pytest.mark.parametrize("command", ["/add https://evil.example/a", "/reload", "/ban 5", "/rollback"])
async def test_a_command_that_an_admin_did_not_type_does_nothing(
    stage: Stage, command: str, how: dict[str, Any]
) -> None:
    for chat in (None, GROUP):
        calls = await stage.say(command, user=ADMIN, chat=chat, **how)
        assert [call.plain for call in calls] == [admin_texts.NOT_TYPED]


_TAPPABLE = (
    "cafe\u0301.com/free", "💩.la", "😀.ws/x", "समाचार.भारत", "ข่าว.ไทย", "evil\u200d.com", "win@prize.Com", "/1",
    "#\u200cx", "ev\u00adil.com", "a—b.com", "#हिन्दी", "(/5)", "x.com.Evil", "a" * 190 + ".com", "a." * 400 + "com",
    "e\u0301@prize.org",
)  # fmt: skip


@pytest.mark.parametrize("words", _TAPPABLE)
def test_nothing_in_words_of_others_can_be_tapped(words: str) -> None:
    for text in (words, f"See {words} now", f"“{words}”", f"{words}."):
        shown, ours = parse_html(to_html(list(words_of_others(text, quoted=True))))
        assert _tapped(shown, ours) == []


def test_nothing_in_random_words_of_others_can_be_tapped() -> None:
    chance = random.Random(7)
    pieces = ["a", "evil", ".", ".com", ".la", ".Org", "@", "#", "/", "$USD", "://", "http", "1", "\u0301", "\u200d",
              "💩", "—", "-", "_", " ", "ไทย", "भारत", "xn--p1ai", "й", ".рф", "\u00ad", "\u200c", "»"]  # fmt: skip
    for _ in range(15_000):
        text = "".join(chance.choices(pieces, k=chance.randint(1, 10)))
        shown, ours = parse_html(to_html(list(words_of_others(text))))
        assert (text, _tapped(shown, ours)) == (text, [])


def _tapped(shown: str, ours: list[dict[str, Any]]) -> list[str]:
    """What Telegram would mark unasked outside of what is set as code."""
    code = [(entity["offset"], entity["offset"] + entity["length"]) for entity in ours if entity["type"] == "code"]
    return [
        entity["type"]
        for entity in detect_entities(shown)
        if not any(start < entity["offset"] + entity["length"] and entity["offset"] < end for start, end in code)
    ]


def test_words_without_end_are_looked_through_in_linear_time() -> None:
    began = time.perf_counter()
    for text in ("a." * 50_000, "a@" * 50_000, "#" * 100_000, "a " * 50_000):
        list(words_of_others(text))
    assert time.perf_counter() - began < 2.0


async def test_an_answer_that_could_not_be_noted_is_found_and_not_sent_again() -> None:
    class Forgetful(FakeSentAnswers):
        """Fails once, as on a full disk, between sending and noting."""

        failures = 1

        def remember(self, answer: SentAnswer) -> None:
            if self.failures:
                self.failures -= 1
                raise StoreUnavailable("the disk is full")
            super().remember(answer)

    async with BotApiServer() as server, served(server, sent_answers=Forgetful()) as bot:
        ada = server.user("Ada")
        ada.says(ada.opens_chat(), "Who opened it?")
        await server.wait_until(lambda: bool(bot.answers(ada)))
        await server.wait_until(lambda: not bot.store.outbox.pending(), timeout=30)
        await asyncio.sleep(0.5)
        said = [message.text for message in bot.answers(ada)]
        assert sum(OPENED.quote.text in text for text in said) == 1


async def test_commands_have_an_allowance_and_outsiders_too(stage: Stage) -> None:
    for _ in range(40):
        await stage.say("/privacy")
    assert len(stage.request.of("sendMessage")) == 40


@pytest.mark.parametrize("config", [replace(FAST, token="1:a", questions_per_minute=2)])
@pytest.mark.parametrize("command", ["/privacy", "/forget", "/help", "/sources", "/nonsense", "/reload", "/start a_x"])
async def test_a_flood_of_commands_is_told_so_once(stage: Stage, config: TelegramConfig, command: str) -> None:
    for _ in range(40):
        await stage.say(command)
    said = [call.plain for call in stage.request.of("sendMessage")]
    assert (len(said), said[-1].startswith("That was more than 2 questions in a minute")) == (9, True)
    await stage.say("Who opened it?")
    assert len(stage.dialogue.asked) == 1


async def test_the_webhook_turns_odd_posts_away_without_a_word_too_many(caplog: pytest.LogCaptureFixture) -> None:
    config = replace(
        FAST, webhook_url="https://bot.example/hook", webhook_listen=("127.0.0.1", free_port()), webhook_secret="s"
    )
    hook = f"http://127.0.0.1:{config.webhook_listen[1]}/hook"
    good = {"X-Telegram-Bot-Api-Secret-Token": "s"}
    packed = {**good, "Content-Encoding": "gzip"}
    async with BotApiServer() as server, served(server, config=config), ClientSession() as http:

        async def post(body: bytes, headers: dict[str, str]) -> int:
            async with http.post(hook, data=body, headers=headers) as response:
                return response.status

        caplog.clear()
        assert await post(b"{}", {"X-Telegram-Bot-Api-Secret-Token": "\udcff"}) == 403
        assert await post(b"[" * 100_000, good) == 400
        assert await post(b'{"update_id": true}', good) == 400
        assert await post(b'{"update_id": 99999999999999999999999}', good) == 400
        assert await post(b'{"update_id": -1}', good) == 400
        assert await post(gzip.compress(b'{"update_id": 1}')[:-12], packed) == 400
        assert await post(b"no gzip", packed) == 400
        assert await _raw(config.webhook_listen[1], b"\x00\xff nonsense\r\n\r\n") != b""
        warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert {record.exc_info for record in warnings} == {None}
        assert len(warnings) <= 4


async def _raw(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(1_000), 5)
    writer.close()
    return answer


async def test_admins_are_told_what_was_given_up_and_cannot_be_led_away_by_it(stage: Stage, tmp_path: Path) -> None:
    library, embedder = DiskLibrary(tmp_path), HashingEmbedder()
    library.rebuild([Article("ferry", "Ferry", "The ferry stopped on Sunday.")], embedder)
    articles = ArticleIngest(LiveIndex(library, embedder), Fetcher())
    arrivals = Ingest(library, embedder).arrivals
    poison = Article("https://evil.example/poison?key=1", "Poison", "It kills whoever indexes it.")
    arrivals.keep([poison], "https://evil.example/rss")
    for _ in range(3):
        arrivals.note_begun([poison])
    assert (await asyncio.to_thread(articles.read_feeds)).build is None
    telling = AdminNotices(
        articles.notices, Messenger(stage.application.bot, stage.outbox()), {ADMIN}, every_seconds=0.01
    )
    task = asyncio.create_task(telling.run())
    await stage.until(lambda: bool(stage.request.of("sendMessage")))
    task.cancel()
    [told] = stage.request.of("sendMessage")
    assert told.params["chat_id"] == ADMIN
    assert told.plain == (
        f"{admin_texts.GIVEN_UP}\n• https://evil.example/poison is given up: the process broke 3 times while this was "
        "indexed"
    )
    assert _tapped(told.plain, parse_html(told.params["text"])[1]) == []
