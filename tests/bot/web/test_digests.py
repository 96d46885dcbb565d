"""What came in as a page and as an Atom feed: what they say, for whom, and what a reader need not fetch again."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest_asyncio

from bot.adapters.permalinks import Permalinks
from index import Article
from tests.bot.digests.news import AIRLINES, ALL, CAT, NOW, VOTE
from tests.bot.web.site import OPEN, Site, embedder, served_site

_ATOM = "{http://www.w3.org/2005/Atom}"
_KEY = b"k" * 32
_LIMITED = replace(OPEN, allowed_ids=frozenset({7, -100}), admin_ids=frozenset({8}), link_key=_KEY, bot_token="1:a")
_HOSTILE = Article(
    "hostile",
    "<script>alert(1)</script> ]]> & more",
    "Nobody was \x01hurt when <b>the silo</b> of Aldby & Sons burst on Friday morning.",
    "</title>Evil",
)


def _lately() -> Iterator[Article]:
    """The made-up news as if it were of yesterday and the day before."""
    moved = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1) - NOW
    for one in (*ALL, replace(_HOSTILE, published_at=CAT.published_at)):
        yield replace(one, published_at=one.published_at + moved if one.published_at else None)


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path, list(_lately())) as site:
        yield site


@pytest_asyncio.fixture
async def limited(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path, list(_lately()), _LIMITED) as site:
        yield site


async def test_a_page_tells_what_came_in_and_leads_to_each_quote(site: Site) -> None:
    page = (await site.client.get("/digest?days=7")).text

    assert "2 sources: Tormia Today, The Morning Gull" in page
    assert "2 sources: Nordwire, Halden Dagblad" in page
    assert "<script>alert" not in page
    links = re.findall(r'class="title" href="([^"]+)"', page)
    quotes = [unescape(words) for words in re.findall(r"<blockquote[^>]*><p>(.*?)</p>", page, re.S)]
    assert len(links) == len(quotes) == 6
    for link, words in zip(links, quotes, strict=True):
        shown = await site.client.get(unescape(link).partition("#")[0])
        assert shown.status_code == 200
        marked = "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", shown.text, re.S))
        assert unescape(re.sub(r"<[^>]+>", "", marked)) == words


async def test_the_chat_leads_to_it(site: Site) -> None:
    assert 'href="/digest"' in (await site.client.get("/")).text
    asked = await site.send("/ask", question="/digest")
    assert (asked.status_code, asked.headers["location"]) == (303, "/digest")


async def test_another_span_or_day_is_shown_and_nonsense_is_no_page(site: Site) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()

    a_day = await site.client.get(f"/digest?day={yesterday}")
    empty = await site.client.get("/digest?day=1999-01-01")

    assert (a_day.status_code, CAT.title in a_day.text, VOTE.title in a_day.text) == (200, True, False)
    assert (empty.status_code, "Nothing new came in." in empty.text) == (200, True)
    one, week = [(await site.client.get(f"/digest{query}")).text for query in ("", "?days=7")]
    current = re.compile(r'aria-current="page">(One \w+)<')
    assert [current.findall(page) for page in (one, week, a_day.text)] == [["One day"], ["One week"], []]
    for nonsense in ("days=2", "days=x", "day=2031-02-30", "day="):
        assert (await site.client.get(f"/digest?{nonsense}")).status_code == 404


async def test_a_feed_is_valid_atom_with_an_entry_a_day(site: Site) -> None:
    sent = await site.client.get("/digest.atom")
    base = str(site.client.base_url)

    assert sent.headers["content-type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(sent.content)
    assert (parsed.bozo, parsed.version, len(parsed.entries)) == (False, "atom10", 3)
    assert [entry.title.partition(" · ")[2] for entry in parsed.entries] == [
        "3 stories · 3 articles",
        "3 stories · 5 articles",
        "1 story · 1 article",
    ]
    feed = ElementTree.fromstring(sent.content)
    _has_what_atom_must_have(feed, base)
    content = parsed.entries[0].content[0]
    assert (content.type, AIRLINES.title in unescape(content.value)) == ("text/html", True)
    assert "the silo" in content.value
    raw = feed.findall(f"{_ATOM}entry/{_ATOM}content")[0].text or ""
    assert "<script>" not in raw
    assert _HOSTILE.title in unescape(raw)
    for entry in parsed.entries:
        shown = await site.client.get(entry.link)
        assert (shown.status_code, "Nothing new" in shown.text) == (200, False)


def _has_what_atom_must_have(feed: ElementTree.Element, base: str) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: one id, title and updated each; an author; links to itself and to pages; content."""
    assert feed.tag == f"{_ATOM}feed"
    assert [link.get("href") for link in feed.findall(f"{_ATOM}link") if link.get("rel") == "self"] == [
        f"{base}/digest.atom"
    ]
    assert feed.find(f"{_ATOM}author/{_ATOM}name") is not None
    ids = []
    for element in (feed, *feed.findall(f"{_ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{_ATOM}{name}")) == 1
        ids.append(element.findtext(f"{_ATOM}id") or "")
        assert datetime.fromisoformat(element.findtext(f"{_ATOM}updated") or "").tzinfo is not None
        assert len([one for one in element.findall(f"{_ATOM}link") if one.get("rel") == "alternate"]) == 1
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("http") for one in ids)
    assert all(len(entry.findall(f"{_ATOM}content")) == 1 for entry in feed.findall(f"{_ATOM}entry"))


async def test_what_a_reader_has_already_is_not_sent_again_until_something_comes_in(site: Site) -> None:
    first = await site.client.get("/digest.atom")
    tag, modified = first.headers["etag"], first.headers["last-modified"]

    for known in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"other", W/{tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": modified},
    ):
        again = await site.client.get("/digest.atom", headers=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    for other in (
        {"If-None-Match": '"other"', "If-Modified-Since": modified},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        again = await site.client.get("/digest.atom", headers=other)
        assert (again.status_code, again.content, again.headers["etag"]) == (200, first.content, tag)
    late = replace(CAT, id="late", title="Silo", text="A silo burst in Aldby on Friday, and nobody was hurt by it.")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    site.library.rebuild([*_lately(), replace(late, published_at=yesterday)], embedder())
    site.core.live.refresh()
    newer = await site.client.get("/digest.atom", headers={"If-None-Match": tag})
    assert (newer.status_code, newer.headers["etag"] != tag) == (200, True)
    assert parsedate_to_datetime(newer.headers["last-modified"]) >= parsedate_to_datetime(modified)


async def test_a_reader_is_spoken_to_in_their_language(site: Site) -> None:
    german = {"Accept-Language": "de"}

    feed = await site.client.get("/digest.atom", headers=german)
    page = await site.client.get("/digest?days=7", headers=german)

    assert feedparser.parse(feed.content).feed.title == "Newsquote – Was eingegangen ist"
    assert "3 Meldungen · 5 Artikel" in feed.text
    assert "2 Quellen: Tormia Today, The Morning Gull" in page.text


async def test_only_who_may_ask_or_has_a_link_of_theirs_sees_it(limited: Site) -> None:
    client, links = limited.client, Permalinks("", _KEY)
    for path in ("/digest", "/digest.atom"):
        forged = (
            path,
            f"{path}?for=7",
            f"{path}?for=7&s=AAAA",
            f"{path}?s={links.to_digest(7).partition('s=')[2]}",
            links.to_digest(7).replace("for=7", "for=8").replace("/digest", path),
            links.to_digest(9).replace("/digest", path),
            f"{path}?for=²&s=a",
            Permalinks("", b"x" * 32).to_digest(7).replace("/digest", path),
        )
        for each in forged:
            refused = await client.get(each)
            assert (refused.status_code, CAT.title in refused.text) == (403, False), each
    for reader in (7, 8, -100):
        page = await client.get(links.to_digest(reader))
        feed = await client.get(links.to_digest(reader, as_feed=True))
        assert (page.status_code, feed.status_code) == (200, 200)
    week = unescape(re.findall(r'href="(/digest\?[^"]*days=7)"', page.text)[0])
    assert (await client.get(week)).status_code == 200
    entry = feedparser.parse(feed.content).entries[0]
    assert (await client.get(entry.link)).status_code == 200
    reading = re.findall(r'href="([^"]*/a/[^"]*)"', entry.content[0].value)[0]
    assert (await client.get(unescape(reading).partition("#")[0])).status_code == 200
