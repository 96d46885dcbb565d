"""The connection to Telegram itself: what each failure says, and which address it goes by."""

import socket
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import RequestData

from bot.adapters.telegram.delivery import http as connection
from bot.adapters.telegram.delivery.http import Connection
from bot.adapters.telegram.delivery.rate_limiter import may_have_arrived, never_left
from tests.botapi import BotApiServer, drop_after, silence


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest_asyncio.fixture
async def line() -> AsyncIterator[Connection]:
    line = Connection(2, read_timeout=0.3)
    await line.initialize()
    yield line
    await line.shutdown()


@pytest.fixture
def proxies() -> Iterator[None]:
    """The system's proxies are looked up once: the test's own must not stay."""
    connection._proxy_of.cache_clear()
    yield
    connection._proxy_of.cache_clear()


async def _fails(line: Connection, url: str) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await line.post(url, RequestData())
    return caught.value


async def test_a_call_that_found_nobody_surely_did_not_leave(line: Connection) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        error = await _fails(line, f"http://127.0.0.1:{free.getsockname()[1]}/botSECRET/getMe")
    assert isinstance(error, NetworkError)
    assert never_left(error)
    assert "SECRET" not in str(error)


async def test_a_call_without_an_answer_times_out_and_may_have_arrived(line: Connection, server: BotApiServer) -> None:
    server.order_fault(silence(5, accepts=True))
    error = await _fails(line, f"{server.url}{server.token}/getMe")
    assert isinstance(error, TimedOut)
    assert may_have_arrived(error)
    assert not never_left(error)


async def test_a_connection_that_ends_too_early_may_have_brought_the_call(
    line: Connection, server: BotApiServer
) -> None:
    server.order_fault(drop_after())
    error = await _fails(line, f"{server.url}{server.token}/getMe")
    assert may_have_arrived(error)
    assert not never_left(error)
    assert server.token not in str(error)
    assert len(server.calls_of("getMe")) == 1


@pytest.mark.usefixtures("proxies")
async def test_where_telegram_is_blocked_calls_go_by_the_systems_proxy(
    line: Connection, server: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    me = await line.post(f"http://telegram.invalid/bot{server.token}/getMe")
    assert isinstance(me, dict)
    assert me["username"] == server.state.bot.username


async def test_it_must_be_opened_before_a_call() -> None:
    with pytest.raises(NetworkError, match="before it is initialized"):
        await Connection(1).post("http://127.0.0.1:1/", RequestData())
