"""What is read out of RSS and Atom, well made or not."""

import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.endpoints import Feed, parse_feeds
from index.errors import FetchFailed
from index.ingest.feeds.parsing import FeedItem, parse_feed, plain_text

_URL = "https://news.example/rss"
_RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>The &lt;Courier&gt;</title>
<item><title>Bridge &amp;amp; ferry</title><link>/bridge</link><guid isPermaLink="false">b1</guid>
<pubDate>Sat, 04 May 2024 09:30:00 +0200</pubDate><description>It opened &lt;b&gt;again&lt;/b&gt;.</description>
<content:encoded><![CDATA[<p>It opened again.</p><script>x()</script><p>Two lanes<br>are open.</p>]]></content:encoded>
</item>
<item><title>Twice</title><guid isPermaLink="false">b1</guid></item>
<item><title>Nothing to read</title></item>
</channel></rss>"""
_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Courier</title><entry>
<id>tag:1</id><title>Ferry stops</title>
<link href="https://news.example/ferry"/><updated>2024-05-05T10:00:00Z</updated><summary>It stops.</summary>
</entry></feed>"""


def test_rss_items_are_read_with_links_completed_and_markup_taken_off() -> None:
    parsed = parse_feed(_RSS.encode(), _URL)
    assert (parsed.title, parsed.flaw) == ("The <Courier>", None)
    (item,) = parsed.items
    assert (item.key, item.link, item.title) == ("b1", "https://news.example/bridge", "Bridge & ferry")
    assert item.published_at == datetime(2024, 5, 4, 7, 30, tzinfo=UTC)
    assert item.text == "It opened again.\n\nTwo lanes are open."


def test_atom_entries_are_read_and_dated_by_their_last_change() -> None:
    (item,) = parse_feed(_ATOM.encode(), _URL).items
    assert (item.key, item.link, item.text) == ("tag:1", "https://news.example/ferry", "It stops.")
    assert item.published_at == datetime(2024, 5, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize("change", ["Ferry starts", "2024-05-05T11:00:00Z", "ferry2", "It starts."])
def test_a_signature_changes_with_anything_that_an_item_says(change: str) -> None:
    old = {"Ferry starts": "Ferry stops", "ferry2": "ferry", "It starts.": "It stops."}
    changed = _ATOM.replace(old.get(change, "2024-05-05T10:00:00Z"), change)
    first, second = (parse_feed(text.encode(), _URL).items[0] for text in (_ATOM, changed))
    assert (first.key, first.signature == second.signature) == (second.key, False)
    assert parse_feed(_ATOM.encode(), _URL).items[0] == first


@pytest.mark.parametrize("content", ["", "<html><body>Not found</body></html>", "plain words", "\0\1", "<rss"])
def test_what_is_no_feed_is_told(content: str) -> None:
    with pytest.raises(FetchFailed, match="is not an RSS or Atom feed"):
        parse_feed(content.encode(), _URL)


def test_a_feed_that_breaks_off_gives_nothing_for_its_last_item_may_be_cut() -> None:
    with pytest.raises(FetchFailed, match="breaks off in the middle"):
        parse_feed(_RSS[: _RSS.index("</guid>")].encode(), _URL)


def test_a_feed_that_is_whole_but_not_well_formed_is_read_and_its_flaw_told() -> None:
    parsed = parse_feed(_RSS.replace("Twice", "Twice & more").encode(), _URL)
    assert [item.key for item in parsed.items] == ["b1"]
    assert parsed.flaw is not None
    assert parsed.flaw.startswith("is not well-formed XML")


def test_entities_that_grow_without_bound_are_not_followed() -> None:
    bomb = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};">' for n in range(1, 30))
    hostile = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{bomb}]>' + _RSS.partition("?>")[2].replace("Twice", "&a29;")
    assert len(parse_feed(hostile.encode(), _URL).items) <= 3


@given(st.lists(st.sampled_from([*re.findall(r"<[^>]*>|[^<]+", _RSS + _ATOM), "<![", "<!", "&#0;", "&", "\ud7ff"])))
def test_whatever_is_sent_is_a_feed_or_told_to_be_none(pieces: list[str]) -> None:
    items: tuple[FeedItem, ...] = ()
    with suppress(FetchFailed):
        items = parse_feed("".join(pieces).encode(), _URL).items
    assert all(item.link or item.text for item in items)
    assert len({item.key for item in items}) == len(items)


def test_plain_text_keeps_paragraphs_and_leaves_out_scripts() -> None:
    assert plain_text("AT&amp;T <i>said</i><p>yes</p><style>p{}</style><p>no</p>") == "AT&T said\n\nyes\n\nno"
    assert plain_text("no markup\nat all") == "no markup\nat all"
    assert plain_text("</script>5 < 6") == "5 < 6"


def test_feeds_are_listed_with_commas_or_spaces_and_minutes() -> None:
    listed = "https://a.example/rss, https://b.example/@news?x=1|15\nhttps://a.example/rss|5"
    assert parse_feeds(listed) == (Feed("https://a.example/rss", 5), Feed("https://b.example/@news?x=1", 15))
    assert parse_feeds(" ") == ()


@pytest.mark.parametrize("wrong", ["news.example/rss", "ftp://a.example", "https://a.example|0", "https://a.example|x"])
def test_what_is_no_feed_address_is_told(wrong: str) -> None:
    with pytest.raises(ValueError, match="should be addresses such as"):
        parse_feeds(wrong)
