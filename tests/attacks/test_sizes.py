"""Attacks by size: titles, texts and numbers that fill the memory, and dates that have not come yet."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.article import Article, Skipped
from index.errors import Unreadable
from index.ingest.feeds.parsing import parse_feed
from index.ingest.sources import read_articles
from index.ingest.sources.metadata import parse_date
from index.ingest.sources.pdf import read_pdf
from index.library.disk.library import DiskLibrary
from index.sizes import MAX_TEXT_CHARS, fitted
from tests.attacks.hostile_feeds import shared_pages
from tests.embedders import HashingEmbedder


def test_a_title_without_end_is_cut_before_it_is_indexed_with_every_passage(tmp_path: Path) -> None:
    text = " ".join(f"Sentence number {number} says something else." for number in range(2_000))
    library = DiskLibrary(tmp_path / "index")
    library.add([Article("long", "word " * 80_000, text, source="s" * 5_000)], HashingEmbedder())
    snapshot = library.open_current(HashingEmbedder())
    article = snapshot.archive.article("long")
    assert (len(article.title), len(article.source or ""), article.title[-1]) == (300, 100, "…")
    snapshot.close()


def test_a_text_or_an_id_without_end_is_left_out() -> None:
    assert isinstance(fitted(Article("a", "A", "x" * (MAX_TEXT_CHARS + 1))), Skipped)
    assert isinstance(fitted(Article("a" * 3_000, "A", "Words.")), Skipped)


def test_pages_of_a_pdf_that_share_a_long_text_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than 10,000,000 characters"):
        read_pdf(shared_pages(words=3_000_000, pages=5), "bomb.pdf")


def test_a_feed_of_countless_items_is_read_in_part_and_says_so() -> None:
    items = "".join(
        f"<item><title>{'t' * 500}</title><guid>{number}</guid><link>/{number}</link></item>" for number in range(2_100)
    )
    feed = parse_feed(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), "https://a.example/rss")
    assert (len(feed.items), len(feed.items[0].title)) == (2_000, 300)
    assert feed.flaw == "has 2,100 items, of which the first 2,000 are read"


@pytest.mark.parametrize("date", ["9999-12-31", "2099-01-01T00:00:00Z", "Fri, 01 Jan 2088 00:00:00 GMT"])
def test_a_date_that_has_not_come_is_no_date(date: str, tmp_path: Path) -> None:
    assert parse_date(date, "a.txt") is None
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "The bridge opened again.", "published": date}))
    (article,) = read_articles(tmp_path / "a.jsonl")
    assert isinstance(article, Article)
    assert article.published_at is None
    feed = f'<rss version="2.0"><channel><item><link>/a</link><pubDate>{date}</pubDate></item></channel></rss>'
    assert parse_feed(feed.encode(), "https://a.example/rss").items[0].published_at is None


def test_a_date_of_tomorrow_is_one_for_the_world_is_round() -> None:
    tomorrow = (datetime.now(UTC) + timedelta(hours=14)).replace(microsecond=0)
    assert parse_date(tomorrow.isoformat(), "a.txt") == tomorrow


def test_front_matter_as_long_as_a_book_is_not_read(tmp_path: Path) -> None:
    lines = "".join(f"k{number}: v\n" for number in range(20_000))
    (tmp_path / "a.txt").write_text(f"---\n{lines}---\nThe bridge opened again on Monday.")
    (article,) = read_articles(tmp_path)
    assert isinstance(article, Article)
