"""What came in as a page and as an Atom feed, to whoever may ask or holds a link that was made for them."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.adapters import digest_wording
from bot.adapters.addresses import link_to_words, safe_url
from bot.adapters.permalinks import DIGEST_FEED, DIGEST_PAGE, READER, SIGNED, Permalinks
from bot.adapters.translation import spoken_locale, translated
from bot.adapters.web.access import Access
from bot.adapters.web.allowance import Allowance, network_of
from bot.adapters.web.core import WebCore
from bot.adapters.web.pages import texts
from bot.adapters.web.pages.digest_feed import FeedEntry, FeedHead, atom_feed
from bot.adapters.web.pages.templates import base_of, message_page, page, render
from bot.adapters.web.serving import RouteGroup
from bot.digests import Digest, Period, ToldStory
from bot.quoting.quotes import Citation

_FEED_DAYS: Final = 7
_DAYS_SHOWN: Final = ("1", "7")
_KEPT_FEEDS: Final = 64
_ATOM: Final = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story with where its quote stands in the article, where the publisher has it, and who tells it."""

    citation: Citation
    path: str
    publisher: str | None
    told_by: str


@dataclass(frozen=True, slots=True)
class _Feed:
    """A feed as it is sent."""

    body: bytes
    etag: str
    modified: datetime


def digest_pages(core: WebCore, access: Access) -> RouteGroup:
    """Return the routes of what came in."""
    pages = _DigestPages(core, access)
    return RouteGroup(
        [Route(DIGEST_PAGE, pages.show, methods=["GET"]), Route(DIGEST_FEED, pages.feed, methods=["GET"])]
    )


class _DigestPages:
    def __init__(self, core: WebCore, access: Access) -> None:
        self._core = core
        self._access = access
        self._of_networks = Allowance(core.config.questions_per_minute)
        self._feeds: OrderedDict[tuple[str, ...], _Feed] = OrderedDict()
        self._lock = threading.Lock()

    async def show(self, request: Request) -> Response:
        """Show what came in lately, or on a day."""
        if (refused := self._refused(request)) is not None:
            return refused
        day, days = _day(request.query_params.get("day", "")), request.query_params.get("days", "1")
        if days not in _DAYS_SHOWN or ("day" in request.query_params and day is None):
            return message_page(404, texts.NO_SUCH_PAGE)
        period = _of(day) if day is not None else Period.up_to_now(datetime.now(UTC), int(days))
        return await self._core.in_thread(self._page, request, period, days if day is None else "")

    async def feed(self, request: Request) -> Response:
        """Send the last days as an Atom feed, or say that it is the one that the reader has."""
        if (refused := self._refused(request)) is not None:
            return refused
        feed = await self._core.in_thread(self._feed, request)
        headers = {"ETag": feed.etag, "Last-Modified": format_datetime(feed.modified, usegmt=True)}
        if _is_known(request, feed):
            return Response(status_code=304, headers=headers)
        return Response(feed.body, headers=headers, media_type=_ATOM)

    def _refused(self, request: Request) -> Response | None:
        if not self._access.opens_digest(request):
            return message_page(403, texts.NOT_OPEN, texts.NOT_OPEN_WHY)
        wait = self._of_networks.take(network_of(request.client.host) if request.client else "")
        if not wait:
            return None
        response = message_page(429, texts.too_many(wait))
        response.headers["Retry-After"] = str(wait)
        return response

    def _page(self, request: Request, period: Period, span: str) -> Response:
        digest, carried = self._core.dialogue.digests.make(period), self._carried(request)
        return page(
            "digest.html",
            heading=digest_wording.heading(digest),
            summary=digest_wording.summary(digest),
            stories=self._stories(digest.told, Permalinks("", self._key)),
            shown=digest.n_shown,
            more=digest_wording.more(len(digest.told) - digest.n_shown),
            left_out=digest_wording.left_out(digest.n_left_out) if digest.n_left_out else "",
            nothing=translated(digest_wording.NOTHING_NEW),
            feed=_address(DIGEST_FEED, carried),
            span=span,
            a_day=_address(DIGEST_PAGE, carried),
            a_week=_address(DIGEST_PAGE, [*carried, ("days", "7")]),
        )

    @property
    def _key(self) -> bytes | None:
        return self._core.config.link_key if self._core.config.is_limited else None

    def _carried(self, request: Request) -> list[tuple[str, str]]:
        """Return what opened this page, if anything must, to be carried to others."""
        given = request.query_params if self._key is not None else {}
        return [(name, given[name]) for name in (READER, SIGNED) if name in given]

    def _feed(self, request: Request) -> _Feed:
        """Return the feed, the same until another article or another day comes in."""
        base, today = self._core.config.public_url or base_of(request), datetime.now(UTC).date()
        snapshot = self._core.live.retriever().snapshot
        carried = self._carried(request)
        key = (snapshot.name, today.isoformat(), spoken_locale().language, base, str(carried))
        with self._lock:
            found = self._feeds.get(key)
        if found is None:
            found = self._made(base, today, carried, snapshot.manifest.built_at)
            with self._lock:
                self._feeds[key] = found
                while len(self._feeds) > _KEPT_FEEDS:
                    self._feeds.popitem(last=False)
        return found

    def _made(self, base: str, today: date, carried: Sequence[tuple[str, str]], built_at: datetime) -> _Feed:
        entries = []
        for back in range(1, _FEED_DAYS + 1):
            day = today - timedelta(days=back)
            digest = self._core.dialogue.digests.make(_of(day))
            if digest.told:
                entries.append(self._entry(base, day, digest, carried))
        midnight = datetime.combine(today, time(), UTC)
        head = FeedHead(
            f"{base}{DIGEST_FEED}",
            f"{texts.NAME} – {translated(texts.WHAT_CAME_IN)}",
            entries[0].updated if entries else midnight - timedelta(days=1),
            f"{base}{_address(DIGEST_FEED, carried)}",
            f"{base}{_address(DIGEST_PAGE, carried)}",
            texts.NAME,
            spoken_locale().language,
        )
        body = atom_feed(head, entries)
        modified = max(midnight, built_at.astimezone(UTC)).replace(microsecond=0)
        return _Feed(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', modified)

    def _entry(self, base: str, day: date, digest: Digest, carried: Sequence[tuple[str, str]]) -> FeedEntry:
        stories = self._stories(digest.told, Permalinks(base, self._key))
        ended = datetime.combine(day + timedelta(days=1), time(), UTC)
        return FeedEntry(
            f"{base}{DIGEST_PAGE}?day={day.isoformat()}",
            f"{digest_wording.day_of(digest)} · {digest_wording.summary(digest)}",
            ended,
            f"{base}{_address(DIGEST_PAGE, [*carried, ('day', day.isoformat())])}",
            render("digest_entry.html", stories=stories),
        )

    def _stories(self, told: Sequence[ToldStory], permalinks: Permalinks) -> list[ShownStory]:
        return [
            ShownStory(
                one.citation,
                permalinks.to_quote(one.citation.quote),
                _publisher(one.citation),
                digest_wording.heading_of_story(one),
            )
            for one in told
        ]


def _of(day: date) -> Period:
    """Return a whole day, in UTC."""
    return Period(datetime.combine(day, time(), UTC), datetime.combine(day, time.max, UTC))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _publisher(citation: Citation) -> str | None:
    return (
        safe_url(link_to_words(citation.url, citation.quote.text)) if safe_url(citation.url) and citation.url else None
    )


def _address(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _is_known(request: Request, feed: _Feed) -> bool:
    """Return whether the reader has this feed already: by its tag, or where none is given by its time."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or feed.etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and feed.modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
