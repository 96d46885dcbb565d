"""Fetcher: a web address in, the bytes of what is there out, within limits of where, what, how much and how long."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

from index.errors import FetchFailed, FetchRefused
from index.ingest.fetching.addresses import Resolver, check_address, resolve_host
from index.ingest.fetching.bodies import ACCEPTED_CODINGS, read_body
from index.ingest.fetching.robots import MAX_ROBOTS_BYTES, PRODUCT, KeptRules, RobotsRules
from index.ingest.fetching.transport import PublicTransport

_USER_AGENT = f"{PRODUCT}/0.1 (quotes news articles; obeys robots.txt)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TRY_LATER = frozenset({408, 425, 429})
_MOST_HOSTS = 1_000
_UNNAMED_KIND = "text/html"  # what a server that does not say most likely sends


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much of our time and memory one address may take, and how little of its server's we take."""

    max_bytes: int = 5_000_000
    total_seconds: float = 30.0
    step_seconds: float = 10.0
    max_redirects: int = 5
    pause_seconds: float = 1.0
    """Between two documents of one host; a robots.txt that asks for more gets more."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was at `url`, where redirects ended. `kind` is its media type; `content` is empty if `is_unchanged`."""

    url: str
    kind: str
    content: bytes
    etag: str | None = None
    last_modified: str | None = None
    is_unchanged: bool = False


@cache
def _encryption() -> ssl.SSLContext:
    """Return what all fetchers of this process encrypt by: reading the certificates takes 50 ms."""
    return httpx.create_ssl_context()


class Fetcher:
    """Fetches one address after another, politely. Safe to share between threads and event loops."""

    def __init__(
        self,
        limits: FetchLimits | None = None,
        *,
        resolve: Resolver = resolve_host,
        trusted: frozenset[tuple[str, int]] = frozenset(),
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """`trusted`: network addresses and ports that count as public. For tests: no setting may ever fill it."""
        self._limits = limits or FetchLimits()
        self._resolve = resolve
        self._trusted = trusted
        self._ssl_context = ssl_context or _encryption()
        self._robots = KeptRules()
        self._next_turn: dict[str, float] = {}

    async def get(
        self,
        address: str,
        kinds: frozenset[str],
        *,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Fetched:
        """Return the document at `address`, of one of these media types; `etag` and `last_modified` are those of the
        last one.

        Raises:
            FetchRefused: it must not be fetched, or is not what was asked for.
            FetchFailed: it is out of reach for now.
        """
        url = check_address(address)
        headers = {"Accept": ", ".join(sorted(kinds)) + ", */*;q=0.1"}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        await self._wait_for_turn(url)
        async with self._client(url) as client, self._open(client, url, headers, obey_robots=True) as response:
            return await self._read(response, kinds)

    async def _read(self, response: httpx.Response, kinds: frozenset[str]) -> Fetched:
        _check_status(response)
        validators = (response.headers.get("etag"), response.headers.get("last-modified"))
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return Fetched(str(response.url), "", b"", *validators, is_unchanged=True)
        kind = response.headers.get("content-type", _UNNAMED_KIND).partition(";")[0].strip().lower() or _UNNAMED_KIND
        if kind not in kinds:
            raise FetchRefused(f"{response.url} is of the kind {kind[:60]}, which is not read here")
        content = await read_body(response, self._limits.max_bytes)
        return Fetched(str(response.url), kind, content, *validators)

    @asynccontextmanager
    async def _client(self, url: httpx.URL) -> AsyncIterator[httpx.AsyncClient]:
        """Open a client for one document. All its requests share the total time, and its errors become ours."""
        transport = PublicTransport(self._ssl_context, self._resolve, self._trusted)
        headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": ACCEPTED_CODINGS}
        total = self._limits.total_seconds
        try:
            async with (
                asyncio.timeout(total),
                httpx.AsyncClient(
                    transport=transport, headers=headers, timeout=self._limits.step_seconds, trust_env=False
                ) as client,
            ):
                yield client
        except (TimeoutError, httpx.TimeoutException) as error:
            raise FetchFailed(f"{url.host} did not send everything within the time it gets ({total:g} s)") from error
        except httpx.HTTPError as error:
            raise FetchFailed(f"{url.host} is out of reach: {error or type(error).__name__}") from error
        except (httpx.InvalidURL, ValueError, UnicodeError) as error:
            raise FetchRefused(f"{url.host} sent something that cannot be read: {error}") from error

    @asynccontextmanager
    async def _open(
        self, client: httpx.AsyncClient, url: httpx.URL, headers: Mapping[str, str], *, obey_robots: bool
    ) -> AsyncIterator[httpx.Response]:
        """Open the response at the end of the redirects; every address on the way is checked like the first."""
        for _ in range(self._limits.max_redirects + 1):
            if obey_robots:
                await self._obey_robots(client, url)
            async with client.stream("GET", url, headers=dict(headers), follow_redirects=False) as response:
                onward = response.headers.get("location") if response.status_code in _REDIRECTS else None
                if onward is None:
                    yield response
                    return
            url = check_address(str(url.join(onward)))
        raise FetchRefused(f"{url.host} redirects more than {self._limits.max_redirects} times")

    async def _obey_robots(self, client: httpx.AsyncClient, url: httpx.URL) -> None:
        rules = await self._robots_of(client, url)
        self._delay_next(url, rules.delay_seconds)
        if not rules.allow(str(url)):
            raise FetchRefused(f"{url.host} does not want programs to fetch {url.path} (its robots.txt says so)")

    async def _robots_of(self, client: httpx.AsyncClient, url: httpx.URL) -> RobotsRules:
        """Return the site's rules: none if it has no such file; a site whose rules cannot be had now is left alone."""
        site = f"{url.scheme}://{url.netloc.decode('ascii')}"
        kept = self._robots.find(site)
        if kept is not None:
            return kept
        async with self._open(client, httpx.URL(f"{site}/robots.txt"), {}, obey_robots=False) as response:
            if response.status_code in _TRY_LATER or response.is_server_error:
                raise FetchFailed(f"{url.host}: its robots.txt cannot be had now ({response.status_code})")
            content = None
            if not response.is_client_error:
                content = await read_body(response, MAX_ROBOTS_BYTES, cut=True)
        return self._robots.keep(site, content)

    async def _wait_for_turn(self, url: httpx.URL) -> None:
        """Wait until this host may be asked again, and take the turn."""
        now = time.monotonic()
        if len(self._next_turn) > _MOST_HOSTS:
            self._next_turn = {host: turn for host, turn in self._next_turn.items() if turn > now}
        turn = max(now, self._next_turn.get(url.host, 0.0))
        self._next_turn[url.host] = turn + self._limits.pause_seconds
        await asyncio.sleep(turn - now)

    def _delay_next(self, url: httpx.URL, seconds: float) -> None:
        if seconds > self._limits.pause_seconds:
            self._next_turn[url.host] = max(self._next_turn.get(url.host, 0.0), time.monotonic() + seconds)


def _check_status(response: httpx.Response) -> None:
    status, url = response.status_code, response.url
    if status in (httpx.codes.OK, httpx.codes.NOT_MODIFIED):
        return
    if status in _TRY_LATER or response.is_server_error:
        raise FetchFailed(
            f"{url} cannot be served just now ({status})",
            retry_after_seconds=_retry_after(response.headers.get("retry-after")),
        )
    reasons = {401: "asks for a password", 402: "asks for money", 403: "refuses us", 404: "has no such page",
               410: "has removed the page", 451: "may not show the page"}  # fmt: skip
    raise FetchRefused(f"{url} cannot be had: the site {reasons.get(status, 'gave an answer of no use')} ({status})")


def _retry_after(value: str | None) -> float | None:
    """Return seconds, from a number of them or from a date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
