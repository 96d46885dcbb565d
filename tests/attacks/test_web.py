"""Attacks by whoever runs a web site that is fetched: addresses, bodies, robots rules, what a page claims."""

import asyncio
import gzip
import random
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from index.article import Article, Skipped
from index.errors import FetchRefused
from index.ingest.fetching.addresses import check_address, is_public
from index.ingest.fetching.bodies import read_body
from index.ingest.fetching.robots import KeptRules
from index.ingest.sources.web import own_address, read_addresses
from tests.index.ingest.test_sources_web import page_of
from tests.web import Page, Site, serve_site

_ODD = "http://xn--/", "http://xn--a", "http://a\u200d.example/", "http://\ud800.example/"


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve one good page."""
    with serve_site() as site:
        site.pages["/story"] = Page(page_of())
        yield site


@pytest.mark.parametrize("address", _ODD)
def test_an_address_whose_host_cannot_be_decoded_is_refused_like_any_other(address: str) -> None:
    with pytest.raises(FetchRefused):
        check_address(address)
    assert own_address(address, "https://news.example/a") == "https://news.example/a"


def test_no_address_raises_anything_but_a_refusal() -> None:
    chance = random.Random(5)
    pieces = [
        "http://",
        "https:",
        "//",
        "xn--",
        "a",
        ".",
        "é",
        "\u200d",
        "\ud800",
        "[",
        "]",
        ":",
        "1",
        "%",
        "@",
        "/",
        "?",
    ]
    for _ in range(4_000):
        address = "".join(chance.choices(pieces, k=chance.randint(1, 9)))
        for attempt in (lambda text: check_address(text), lambda text: own_address(text, "https://a.example/")):
            try:
                attempt(address)
            except FetchRefused:
                continue


def test_one_odd_address_among_twenty_costs_itself(site: Site) -> None:
    good, odd = read_addresses([site.url("/story"), "http://xn--/"], site.fetcher())
    assert isinstance(good, Article)
    assert isinstance(odd, Skipped)


def test_a_page_whose_canonical_address_is_odd_is_taken_under_its_own(site: Site) -> None:
    site.pages["/story"] = Page(page_of().replace("<head>", '<head><link rel="canonical" href="http://xn--/">'))
    (article,) = read_addresses([site.url("/story")], site.fetcher())
    assert isinstance(article, Article)
    assert article.id == site.url("/story")


def test_a_page_that_calls_itself_a_publisher_is_shown_under_its_host(site: Site) -> None:
    claim = '<head><meta property="og:site_name" content="Reuters">'
    site.pages["/story"] = Page(page_of().replace("<head>", claim))
    (article,) = read_addresses([site.url("/story", "evil.example")], site.fetcher())
    assert isinstance(article, Article)
    assert article.source == "evil.example"


@pytest.mark.parametrize(
    "address",
    [
        "192.0.0.192",
        "168.63.129.16",
        "192.0.0.8",
        "192.88.99.1",
        "3fff::1",
        "::ffff:168.63.129.16",
        "64:ff9b::a83f:8110",
    ],
)
def test_addresses_of_clouds_own_services_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_what_follows_a_packed_body_is_not_kept() -> None:
    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> Iterator[bytes]:  # type: ignore[misc, override]
            yield gzip.compress(b"hello")
            for number in count():
                assert number < 50, "what follows the end is read on"
                yield b"x" * 100_000

    response = httpx.Response(
        200, headers={"content-encoding": "gzip"}, stream=Endless(), request=httpx.Request("GET", "http://a.example")
    )
    assert asyncio.run(read_body(response, 1_000)) == b"hello"


def test_rules_of_sites_asked_long_ago_make_room_so_that_their_memory_is_bounded() -> None:
    rules = b"User-agent: *\n" + b"".join(b"Disallow: /*%010d*b$\n" % number for number in range(12_000))
    kept = KeptRules()
    for host in range(4):
        kept.keep(f"https://n{host}.example", rules)
    found = [kept.find(f"https://n{host}.example") is not None for host in range(4)]
    assert found == [False, False, False, True]
