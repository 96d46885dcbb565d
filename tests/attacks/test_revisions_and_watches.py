"""Attacks by publishers who revise or name their pages, and by people who watch: what they cost stays small."""

from datetime import UTC, datetime

from bot.corrections.comparing import BecameOf, Version, what_became_of
from bot.store import Store
from bot.watches.watch import new_watch
from index import Span
from index.ingest.fetching import Fetched
from index.ingest.sources.metadata import Metadata
from index.ingest.sources.web import article_from
from index.text.sentences import split_sentences

_NOW = datetime(2031, 5, 3, 8, tzinfo=UTC)


def _version(text: str) -> Version:
    return Version(text, tuple(split_sentences(text, ())))


def test_an_article_that_becomes_another_of_countless_sentences_is_not_compared_with_each() -> None:
    quoted = "The repair of the bridge cost 4 million euros."
    one, many = "The repair of the bridge cost 5 million euros.", "Mayor {} opened the repaired bridge {} for 4 euros."
    old = _version(quoted)
    revised = _version(f"{one} {' '.join(many.format(number, number) for number in range(900))}")
    flooded = _version(f"{one} {' '.join(many.format(number, number) for number in range(3_000))}")
    assert what_became_of(quoted, revised, old) == [BecameOf(Span(0, len(quoted)), Span(0, len(one)))]
    assert what_became_of(quoted, flooded, old) == [BecameOf(Span(0, len(quoted)), None)]


def test_who_watches_in_ever_more_chats_watches_no_more_than_in_four() -> None:
    with Store.in_memory() as store:

        def kept(owner: str, chat: int) -> int:
            added = [
                store.watches.add(new_watch(f"tg:{chat}", 0, f"bridge {n}", _NOW), owner, None, most=3)
                for n in range(4)
            ]
            return sum(watch is not None for watch in added)

        assert [kept("tg:7", -chat) for chat in range(1, 7)] == [3, 3, 3, 3, 0, 0]
        assert kept("tg:8", -6) == 3


def test_a_title_without_end_is_cut_where_the_article_of_a_page_is_made() -> None:
    page = Fetched("https://www.news.example/story", "text/html", b"")
    article = article_from(page, "The bridge opened again.", Metadata(title="word " * 100_000))
    assert (len(article.title), article.title[-1]) == (300, "…")
