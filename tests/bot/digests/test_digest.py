"""What came in as stories: which articles are one story, who counts, in which order, with which words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests import CorrectedWords, Digest, DigestMaker, DigestReader, Period
from bot.digests.digest import MOST_STORIES
from bot.digests.grouping import Compared, group_articles
from bot.digests.period import came_in
from bot.digests.stories import story_of
from bot.quoting.quotes import Citation, quote_from
from index import Article, Span
from index.library.live import LiveIndex
from tests.bot.digests.news import (
    AIRLINES,
    ALL,
    CAT,
    COPY,
    DAY_ONLY,
    NOW,
    OLD,
    PAPER,
    TODAY,
    UNDATED,
    VOTE,
    WIRE,
    library_of,
)
from tests.bot.telegram.running_bot import shipped_models


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIndex]:
    """The made-up news, indexed."""
    with library_of(tmp_path_factory.mktemp("digests")) as index:
        yield index


@pytest.fixture(scope="module")
def maker(live: LiveIndex) -> DigestMaker:
    """What makes digests of it."""
    return DigestMaker(live)


def told(digest: Digest) -> list[tuple[set[str], tuple[str, ...]]]:
    """The articles of each story, and who tells it independently."""
    return [({one.id for one in each.story.articles}, each.story.sources) for each in digest.told]


def test_sources_on_one_event_are_one_story_and_copies_of_a_wire_one_voice(maker: DigestMaker) -> None:
    digest = maker.make(TODAY)

    assert told(digest) == [
        ({"vote", "airlines"}, ("Tormia Today", "The Morning Gull")),
        ({"wire", "copy", "paper"}, ("Nordwire", "Halden Dagblad")),
        ({"cat"}, ("Lunby Post",)),
        ({"day-only"}, ("Lunby Post",)),
    ]
    assert (digest.n_articles, digest.n_left_out) == (7, 0)
    assert digest.covered == {one.id for one in ALL} - {OLD.id, UNDATED.id}


def test_each_story_is_told_by_whole_words_of_one_of_its_articles(maker: DigestMaker) -> None:
    texts = {one.id: one for one in ALL}

    for number, one in enumerate(maker.make(TODAY).told, start=1):
        quote = one.citation.quote
        article = texts[quote.article_id]
        assert article.id in {each.id for each in one.story.articles}
        assert quote == quote_from(article, quote.span)
        assert (one.citation.number, one.citation.title) == (number, article.title)


def test_what_a_chat_watches_comes_first(maker: DigestMaker) -> None:
    digest = maker.make(TODAY, DigestReader(subjects=("lost cat found",)))

    assert [(one.story.articles[0].id, one.story.is_watched) for one in digest.told] == [
        ("cat", True),
        ("airlines", False),
        ("paper", False),
        ("day-only", False),
    ]


def test_a_story_comes_again_only_with_a_new_article(maker: DigestMaker) -> None:
    covered = frozenset({WIRE.id, VOTE.id, AIRLINES.id, DAY_ONLY.id, OLD.id})

    digest = maker.make(TODAY, DigestReader(covered=covered))

    assert [{one.id for one in each.story.articles} for each in digest.told] == [{"wire", "copy", "paper"}, {"cat"}]


def test_corrections_take_room_of_the_screen_and_no_story_is_lost(maker: DigestMaker) -> None:
    corrected = CorrectedWords("x" * 900, None, CAT.title, CAT.source, CAT.published_at, CAT.url)

    digest = maker.make(TODAY, DigestReader(corrected=(corrected,)))

    assert (digest.corrected, digest.n_shown, len(digest.told)) == ((corrected,), 1, 4)


def test_what_was_found_for_a_watch_and_not_told_is_its_storys_quote_or_a_story_of_its_own(maker: DigestMaker) -> None:
    def alert(article: Article, words: str) -> Citation:
        start = article.text.index(words)
        quote = quote_from(article, Span(start, start + len(words)))
        about = (article.title, article.source, article.published_at, article.url)
        return Citation(1, quote, *about, highlights=(), score=0.9)

    in_story = alert(WIRE, "The owner, Berit Solheim, said that the mill had been inspected in March.")
    elsewhere = alert(OLD, OLD.text)
    changed = replace(in_story, quote=replace(in_story.quote, text="The owner said nothing."))

    digest = maker.make(TODAY, DigestReader(alerts=(in_story, elsewhere, changed)))

    assert [(one.story.is_watched, one.citation) for one in digest.told[:2]] == [
        (True, in_story),
        (True, replace(elsewhere, number=2)),
    ]
    assert [one.story.is_watched for one in digest.told[2:]] == [False] * 3


def test_a_correction_that_is_not_so_any_more_is_not_told(maker: DigestMaker) -> None:
    now = quote_from(CAT, Span(0, 40))
    corrected = CorrectedWords("A dog called Pepper", now, CAT.title, CAT.source, CAT.published_at, CAT.url)
    forged = replace(corrected, now=replace(now, text="x" * 40))

    assert maker.make(TODAY, DigestReader(corrected=(corrected, forged))).corrected == (corrected,)


def test_no_article_no_story(maker: DigestMaker) -> None:
    digest = maker.make(Period.until(NOW + timedelta(days=30), 1))

    assert (digest.told, digest.n_articles, digest.n_shown, digest.covered) == ((), 0, 0, frozenset())


def test_a_screen_shows_a_few_stories_and_the_rest_is_counted(tmp_path: Path) -> None:
    subjects = ("barn", "ferry", "harbour", "choir", "museum", "comet", "glacier", "orchard", "violin", "tram")
    places = ("Aldby", "Berwin", "Corvo", "Dunmere")
    many = [
        Article(
            f"{subject}-{place}",
            f"{subject} of {place}",
            f"The {subject} {place}{subject} was painted {place}red by {subject}{place} on Friday for {number} euros.",
            place,
            NOW - timedelta(minutes=number),
        )
        for number, (subject, place) in enumerate((one, other) for one in subjects for other in places)
    ]
    with library_of(tmp_path, many) as index:
        digest = DigestMaker(index).make(TODAY)

    assert (len(digest.told), digest.n_articles) == (min(MOST_STORIES, len(digest.told)), 40)
    assert 1 <= digest.n_shown <= 6
    shown = sum(len(one.citation.quote.text) for one in digest.told[: digest.n_shown])
    assert shown <= 1_000
    assert sum(len(one.story.articles) for one in digest.told) + digest.n_left_out <= 40


def test_an_article_of_which_only_the_day_is_known_came_some_time_on_it() -> None:
    held = [one.id for one in came_in(TODAY, ALL)]

    assert held == [CAT.id, AIRLINES.id, PAPER.id, VOTE.id, COPY.id, WIRE.id, DAY_ONLY.id]
    assert not TODAY.holds(replace(CAT, published_at=NOW + timedelta(seconds=1)))


def test_who_had_a_wire_first_speaks_for_its_copies() -> None:
    vector = np.full((1, 4), 0.5, np.float32)
    group = [
        Compared(COPY, vector, "w"),
        Compared(WIRE, vector, "w"),
        Compared(replace(VOTE, source="nordwire ", id="other"), vector, "o"),
        Compared(replace(CAT, source=None), vector, "c"),
        Compared(replace(PAPER, source=None), vector, "p"),
    ]

    story = story_of(group)

    assert story.sources == ("Nordwire", "", "")
    assert story.articles[0] == replace(CAT, source=None)


@given(st.permutations(range(6)), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_every_article_is_in_one_story_whatever_their_order(order: list[int], copies: int) -> None:
    texts = ("The mill burned down.", "The mill burned.", "A cat was found.", "Deputies voted.", "", "Deputies voted!")
    chance = np.random.default_rng(0).normal(size=(6, 1, 8)).astype(np.float32)
    articles = [Compared(Article(str(n), "", texts[n]), chance[n], n // copies) for n in order]

    groups = group_articles(articles, lambda _: 0.5)

    assert sorted(one.article.id for group in groups for one in group) == sorted(map(str, range(6)))
    together = {frozenset(one.article.id for one in group) for group in groups}
    for first in range(0, 6, copies):
        assert any(set(map(str, range(first, min(first + copies, 6)))) <= group for group in together)


def test_the_vectors_of_articles_are_those_of_their_passages(live: LiveIndex) -> None:
    snapshot = live.retriever().snapshot
    texts = [each.span.slice(PAPER.text) for each in snapshot.archive.passages_of(PAPER.id)]

    found = snapshot.vectors_of([PAPER.id, "unknown", CAT.id])

    assert list(found) == [PAPER.id, CAT.id]
    embedded = shipped_models().embedder.embed_passages(texts)
    # eight bits: a vector depends a little on what is embedded beside it
    assert (found[PAPER.id] * embedded).sum(axis=1).min() > 0.98
    np.testing.assert_array_equal(found[PAPER.id].shape, (len(texts), 384))


def test_a_quote_is_not_taken_from_an_article_that_is_changed_since(tmp_path: Path) -> None:
    with library_of(tmp_path, [CAT]) as index:
        maker = DigestMaker(index)
        first = maker.make(TODAY).told[0].citation.quote
        changed = replace(CAT, text=CAT.text.replace("eleven months", "twelve months"))
        index.library.rebuild([changed], shipped_models().embedder)
        index.refresh()
        second = maker.make(TODAY).told[0].citation.quote

    assert (first.text, second.text) == (first.span.slice(CAT.text), second.span.slice(changed.text))
    assert first.revision != second.revision


def test_a_period_of_another_day_is_of_that_day() -> None:
    assert Period.until(NOW, 7) == Period(datetime(2031, 4, 26, 8, tzinfo=UTC), NOW)
    later = Period(datetime(2031, 4, 26, 8, 5, tzinfo=UTC), NOW + timedelta(minutes=5))
    assert {Period.up_to_now(NOW + timedelta(seconds=each), 7) for each in (0, 1, 299)} == {later}
