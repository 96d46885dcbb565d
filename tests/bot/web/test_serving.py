"""Servers, addresses, and what a request may send."""

import asyncio
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.adapters.metrics import Metrics
from bot.adapters.web import WebConfig, WebCore, build_website, served_beside
from bot.adapters.web.bodies import MOST_BODY_BYTES
from bot.adapters.web.monitoring import monitoring
from bot.adapters.web.serving import HttpServers, RouteGroup
from bot.admin.services import AdminServices
from bot.errors import PortTaken
from tests.bot.fakes import ScriptedDialogue, small_index
from tests.bot.web.serving import served_routes
from tests.ports import free_port


async def _count(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body())})


_COUNT = RouteGroup([Route("/count", _count, methods=["POST"])])


def _no_admin() -> AdminServices:
    raise AssertionError("nobody asked for it")


def _core(config: WebConfig) -> WebCore:
    return WebCore(ScriptedDialogue(), small_index(), _no_admin, Metrics(), config)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


async def test_groups_at_one_address_share_it_and_run_while_they_are_served() -> None:
    happened = []

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        happened.append("begun")
        yield
        happened.append("ended")

    async with served_routes(monitoring(Metrics()), RouteGroup(_COUNT.routes, running)) as client:
        assert happened == ["begun"]
        assert (await client.get("/healthz")).json()["status"] == "ok"
        assert (await client.post("/count", content=b"four")).json() == {"bytes": 4}
        assert (await client.get("/count")).status_code == 405
    assert happened == ["begun", "ended"]


async def test_an_address_that_was_asked_for_must_be_had(taken: int) -> None:
    servers = HttpServers()
    servers.add(("127.0.0.1", taken), _COUNT, is_needed=False)
    servers.add(("127.0.0.1", taken), _COUNT)
    with pytest.raises(PortTaken, match=f"cannot listen at 127.0.0.1:{taken}: Address already in use"):
        await servers.open()
    await servers.close()


async def test_an_address_that_nobody_asked_for_is_done_without(taken: int, caplog: pytest.LogCaptureFixture) -> None:
    servers, asked_for = HttpServers(), ("127.0.0.1", free_port())
    servers.add(("127.0.0.1", taken), _COUNT, is_needed=False)
    servers.add(asked_for, _COUNT)
    assert await servers.open() == [asked_for]
    await servers.close()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        f"no pages are served, for 127.0.0.1:{taken} cannot be listened at (Address already in use): set WEB_LISTEN to"
        " another or to none"
    ]


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent() -> None:
    async with served_routes(_COUNT) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
        assert (await asyncio.wait_for(reader.readline(), 2)).startswith(b"HTTP/1.1 413 ")
        writer.close()


async def test_a_body_that_turns_out_too_large_is_refused() -> None:
    async def ten_megabytes() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(100_000)

    async with served_routes(_COUNT) as client:
        for body in (ten_megabytes(), bytes(10_000_000)):
            answer = await client.post("/count", content=body)
            assert (answer.status_code, answer.text) == (413, f"A request may send {MOST_BODY_BYTES:,} bytes at most.")
        assert (await client.post("/count", content=bytes(MOST_BODY_BYTES))).json() == {"bytes": MOST_BODY_BYTES}


@pytest.mark.slow
async def test_a_body_that_trickles_in_is_refused() -> None:
    async with served_routes(_COUNT) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        began = time.monotonic()
        writer.write(b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\na")
        assert (await asyncio.wait_for(reader.readline(), 20)).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 15
        writer.close()


async def test_heads_that_trickle_in_or_never_come_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.web.heads.HEAD_SECONDS", 0.3)
    async with served_routes(_COUNT) as client:
        silent, to_silent = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        slow, to_slow = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        for letter in b"POST /co":
            to_slow.write(bytes([letter]))
            await asyncio.sleep(0.02)
        assert await asyncio.wait_for(silent.read(), 5) == b""
        assert (await asyncio.wait_for(slow.read(), 5)).startswith(b"HTTP/1.1 408 ")
        to_silent.close()
        to_slow.close()


async def test_a_connection_may_rest_between_requests_but_no_later_head_may_trickle_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.adapters.web.heads.HEAD_SECONDS", 0.3)
    request = b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n"
    async with served_routes(_COUNT) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        for _ in range(2):
            writer.write(request)
            await asyncio.sleep(0.4)  # its body takes longer than a head may
            writer.write(b"a")
            assert (await asyncio.wait_for(reader.readuntil(b'{"bytes":1}'), 5)).startswith(b"HTTP/1.1 200 ")
            await asyncio.sleep(0.4)
        writer.write(request[:-2])
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 408 ")
        writer.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 404),
        ("localhost", 404),
        ("[::1]:8080", 404),
        ("news.example", 404),
        ("NEWS.example:443", 404),
        ("evil.example", 421),
        ("news.example.evil.example", 421),
        ("", 421),
    ],
)
async def test_a_page_that_leads_its_own_name_here_reads_nothing(host: str, status: int) -> None:
    website = build_website(_core(WebConfig(("127.0.0.1", 0), public_url="https://news.example")))
    assert website is not None
    async with served_routes(monitoring(Metrics()), website.group) as client:
        assert (await client.get("/nowhere", headers={"Host": host})).status_code == status
        assert (await client.get("/healthz", headers={"Host": host})).status_code == 200


def test_pages_are_served_beside_other_work() -> None:
    address = ("127.0.0.1", free_port())
    opened: list[tuple[str, int]] = []
    with served_beside(_core(WebConfig(address)), opened.append):
        assert opened == [address]
        ready = httpx.get(f"http://127.0.0.1:{address[1]}/readyz", trust_env=False)
        assert (ready.status_code, json.loads(ready.text)["status"]) == (200, "ready")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{address[1]}/readyz", trust_env=False)


def test_nothing_is_served_where_the_address_is_none() -> None:
    opened: list[tuple[str, int]] = []
    with served_beside(_core(WebConfig(None)), opened.append):
        assert opened == []
