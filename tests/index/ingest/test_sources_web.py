"""Web pages to articles, over real connections: what a page tells of itself, and how far it is believed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from index import Article
from index.article import Skipped
from index.ingest.sources.web import own_address, read_addresses
from tests.web import Page, Site, serve_site

WORDS = (
    "The old bridge in Marlow was closed for two years while the council argued about who should pay for it.",
    "The mayor, Ada Brook, opened it again on Friday, and hundreds of people walked across it in the rain.",
    "The repair cost 4.2 million euros, the council said, which is twice as much as had been planned at first.",
)


def page_of(words: tuple[str, ...] = WORDS, title: str = "Old bridge opens again", head: str = "") -> str:
    """Return a web page with an article, and what stands around one."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in words)
    return (
        f"<html><head><title>{title} - The Courier</title>{head}"
        f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="The Courier">'
        f'<meta property="article:published_time" content="2024-05-04T07:30:00+00:00"></head><body>'
        f"<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav><article><h1>{title}</h1>{paragraphs}</article>"
        f"<footer>Copyright The Courier</footer></body></html>"
    )


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve one story, which says where it belongs."""
    with serve_site() as site:
        canonical = f'<link rel="canonical" href="{site.url("/story")}">'
        site.pages["/story?utm_source=mail"] = Page(page_of(head=canonical), kind="text/html; charset=utf-8")
        yield site


def test_a_page_becomes_an_article_with_all_it_tells(site: Site) -> None:
    (article,) = read_addresses([site.url("/story?utm_source=mail")], site.fetcher())

    assert article == Article(
        id=site.url("/story"),
        title="Old bridge opens again",
        text="\n".join(("Old bridge opens again", *WORDS)),
        source="news.example",
        published_at=datetime(2024, 5, 4, tzinfo=UTC),
        url=site.url("/story"),
    )


def test_each_address_gives_an_article_or_the_reason_why_not(site: Site) -> None:
    site.pages["/plain"] = Page("Ferry stops\n\nPARIS, August 2, 2020 (AFP) - " + " ".join(WORDS), kind="text/plain")
    site.pages["/empty"] = Page("<html><body><nav>Home</nav></body></html>")
    site.pages["/locked"] = Page(status=403)
    addresses = [site.url(path) for path in ("/plain", "/empty", "/locked", "/empty")]

    plain, *skipped = read_addresses([*addresses, "http://10.0.0.1/x"], site.fetcher(hosts={"10.0.0.1": ["10.0.0.1"]}))

    assert isinstance(plain, Article)
    assert (plain.title, plain.source, plain.published_at) == (
        "Ferry stops",
        "news.example",
        datetime(2020, 8, 2, tzinfo=UTC),
    )
    assert skipped == [
        Skipped(addresses[1], f"{addresses[1]} holds no article: only 1 words that are not of its menus"),
        Skipped(addresses[2], f"{addresses[2]} cannot be had: the site refuses us (403)"),
        Skipped("http://10.0.0.1/x", "10.0.0.1 is not fetched: it leads to 10.0.0.1, which is not a public address"),
    ]


@pytest.mark.parametrize(
    ("claimed", "found", "own"),
    [
        (None, "https://a.example/story#part", "https://a.example/story"),
        (None, "https://a.example/s?utm_source=x&id=7&fbclid=1", "https://a.example/s?id=7"),
        (None, "https://a.example/s?utm_source=x", "https://a.example/s"),
        ("https://www.a.example/story", "https://amp.a.example/story.amp", "https://www.a.example/story"),
        ("/story", "https://a.example/print/story", "https://a.example/story"),
        ("https://b.example/story", "https://a.example/copy", "https://a.example/copy"),
        ("https://a.example.evil.example/x", "https://a.example/x", "https://a.example/x"),
        ("javascript:alert(1)", "https://a.example/x", "https://a.example/x"),
        ("http://[broken", "https://a.example/x", "https://a.example/x"),
    ],
)
def test_a_page_may_say_where_it_belongs_but_not_on_another_site(claimed: str | None, found: str, own: str) -> None:
    assert own_address(claimed, found) == own
