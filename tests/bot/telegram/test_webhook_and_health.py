"""Updates by webhook, and what the bot tells those who look after it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from telegram.error import NetworkError

from bot.adapters.telegram import Metrics, TelegramConfig, build_service, serve
from bot.adapters.telegram.delivery import rate_limiter
from bot.errors import PortTaken
from bot.replies import Reply
from bot.store import Store
from tests.bot.examples import OPENED, clarification
from tests.bot.telegram.fakes import REFUSAL, fake_app
from tests.bot.telegram.serving import FAST, Served, served
from tests.botapi import BotApiServer, drop_after, server_error
from tests.ports import free_port

_SECRET = "Correct-Horse_9"


@pytest.fixture
def config() -> TelegramConfig:
    """A webhook and a health port."""
    return replace(
        FAST,
        webhook_url="https://bot.example/hook",
        webhook_listen=("127.0.0.1", free_port()),
        webhook_secret=_SECRET,
        health_listen=("127.0.0.1", free_port()),
    )


@pytest_asyncio.fixture
async def bot(config: TelegramConfig) -> AsyncIterator[Served]:
    async with BotApiServer() as server:
        server.deliver_webhooks_to(_hook(config))
        async with served(server, config=config) as bot:
            yield bot


def _hook(config: TelegramConfig) -> str:
    return f"http://127.0.0.1:{config.webhook_listen[1]}/hook"


def _health(config: TelegramConfig, path: str) -> str:
    assert config.health_listen is not None
    return f"http://127.0.0.1:{config.health_listen[1]}{path}"


async def _get(url: str) -> tuple[int, str]:
    async with ClientSession() as http, http.get(url) as response:
        return response.status, await response.text()


async def _post(url: str, body: bytes, secret: str | None) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
    async with ClientSession() as http, http.post(url, data=body, headers=headers) as response:
        return response.status


async def test_questions_come_by_webhook_and_one_that_comes_twice_is_answered_once(bot: Served) -> None:
    ada = bot.server.user("Ada")
    bot.server.repeats_updates(2)
    bot.server.order_fault(drop_after(), method="sendMessage")
    assert OPENED.quote.text in (await bot.ask(ada)).text
    await bot.ask(ada, "And when?")
    assert [question for _, question in bot.dialogue.asked] == ["Who opened it?", "And when?"]
    assert len(bot.answers(ada)) == 2


@pytest.mark.parametrize("secret", [None, "", "wrong", _SECRET[:-1], f"{_SECRET}x", "ü"])
async def test_a_post_without_the_secret_is_turned_away_and_not_handled(
    bot: Served, config: TelegramConfig, secret: str | None
) -> None:
    ada = bot.server.user("Ada")
    message = {"message_id": 1, "date": 1, "chat": {"id": ada.id, "type": "private"}, "text": "Who opened it?"}
    forged = json.dumps({"update_id": 1, "message": message}).encode()
    assert await _post(_hook(config), forged, secret) == 403
    await bot.ask(ada, "And when?")
    assert [question for _, question in bot.dialogue.asked] == ["And when?"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"update_id": "7"}', b"\xff\xfe"])
async def test_a_post_that_is_no_update_is_refused(bot: Served, config: TelegramConfig, body: bytes) -> None:
    assert await _post(_hook(config), body, _SECRET) == 400
    assert await bot.ask(bot.server.user("Ada"))


async def test_health_says_that_the_bot_serves(bot: Served, config: TelegramConfig) -> None:
    await bot.ask(bot.server.user("Ada"))
    assert (await _get(_health(config, "/healthz")))[0] == 200
    status, words = await _get(_health(config, "/readyz"))
    assert (status, json.loads(words)["status"]) == (200, "ready")


async def test_a_bot_out_of_telegrams_reach_lives_and_is_not_ready() -> None:
    config = replace(FAST, health_listen=("127.0.0.1", free_port()))
    async with BotApiServer() as server:
        server.order_fault(server_error(), method="getUpdates", times=3)
        async with served(server, config=config) as bot:
            status, reason = await _get(_health(config, "/readyz"))
            assert (status, json.loads(reason)["reason"]) == (503, "not connected to Telegram yet")
            assert (await _get(_health(config, "/healthz")))[0] == 200
            await bot.ask(bot.server.user("Ada"))
            assert (await _get(_health(config, "/readyz")))[0] == 200


async def test_a_telegram_out_of_reach_for_long_at_the_start_is_connected_to_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate_limiter, "_BACK_OFF_SECONDS", 0.0)
    async with BotApiServer() as server:
        server.order_fault(server_error(), method="getMe", times=9)
        async with served(server) as bot:
            await bot.ask(server.user("Ada"))


async def test_a_bot_that_is_stopped_before_its_database_answers_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with BotApiServer() as server:
        config = replace(FAST, token=server.token, api_url=server.url, file_url=server.file_url)
        stop = asyncio.Event()
        with Store.in_memory() as store, closing(build_service(fake_app(store=store), config, Metrics())) as service:
            monkeypatch.setattr(service.heartbeat, "join", asyncio.Event().wait)
            serving = asyncio.create_task(serve(service, stop))
            await server.wait_until(lambda: bool(server.calls_of("getMe")))
            stop.set()
            await serving
            with pytest.raises(NetworkError):
                await service.bot.get_me()


async def test_metrics_count_what_happened_and_name_nobody(bot: Served, config: TelegramConfig) -> None:
    ada = bot.server.user("Ada", username="ada_l")
    bot.server.order_fault(server_error(), method="sendMessage")
    await bot.ask(ada)
    bot.metrics.count_reply(replace(_reply(bot), timings_ms={"read": 40.0, "total": 60.0}))
    bot.metrics.count_reply(replace(_reply(bot), outcome=REFUSAL))
    bot.metrics.count_reply(replace(clarification(), timings_ms={}))
    figures: dict[str, str] = {}
    while figures.get("newsquote_updates_in_hand") != "0.0":  # the answer is there a moment before its update is closed
        _, text = await _get(_health(config, "/metrics"))
        figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert figures["newsquote_questions_total"] == "3.0"
    assert figures["newsquote_asked_back_total"] == "1.0"
    assert figures["newsquote_answered_total"] == "1.0"
    assert figures['newsquote_refused_total{reason="not_answered"}'] == "1.0"
    assert figures['newsquote_stage_seconds_bucket{le="0.05",stage="read"}'] == "1.0"
    assert figures['newsquote_messages_total{outcome="sent"}'] == "1.0"
    assert figures['newsquote_telegram_errors_total{kind="NetworkError"}'] == "1.0"
    assert figures["newsquote_index_articles"] == "3.0"
    assert float(figures["newsquote_index_age_seconds"]) > 0
    assert "ada" not in text.lower()
    assert str(ada.id) not in text


def _reply(bot: Served) -> Reply:
    return bot.dialogue.reply("tg:7", "Who opened it?")


async def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        async with BotApiServer() as server:
            with pytest.raises(PortTaken, match=f"cannot listen at 127.0.0.1:{port}"):
                async with served(server, config=replace(FAST, health_listen=("127.0.0.1", port))):
                    await asyncio.sleep(0)
