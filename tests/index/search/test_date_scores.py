"""Dates in a search: they restrict, they weigh, they break ties; without them nothing is as much as touched."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from index import Article, AskedDates, Query
from index.embedding.embedder import Vectors
from index.library.disk.library import DiskLibrary
from index.search.fusion import fuse_scores, score_dates
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_DAY = datetime(2022, 9, 13, 12, tzinfo=UTC)
_TEXT = "The ferry stops, the council said."


class _BlindEmbedder(HashingEmbedder):
    """Sees the same in every text, so that passages of other days can be equal."""

    def embed(self, questions: Sequence[str]) -> Vectors:
        """Return rows of one direction."""
        return super().embed(["the same"] * len(questions))


_EMBEDDER = _BlindEmbedder(dimension=16)


def _story(name: str, days: int | None) -> Article:
    """Return a story as near to the question as any other, yet no copy of one: a date is three words of the search
    text."""
    own = " ".join(f"{letter}{name}" for letter in "bcdfghjklmnpqrvz")
    return Article(
        name,
        "Ferry",
        f"{_TEXT} {own} {'' if days is not None else 'three plain words'}.",
        None,
        None if days is None else _DAY + timedelta(days=days),
    )


def _retriever(folder: Path, articles: list[Article]) -> Retriever:
    library = DiskLibrary(folder)
    library.rebuild(articles, _EMBEDDER)
    return Retriever(library.open_current(_EMBEDDER), _EMBEDDER)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Return a retriever over stories of the same words on different days, and one without a date."""
    days = {"undated": None, "early": -40, "before": -1, "day": 0, "after": 1, "week": 7, "late": 60}
    return _retriever(tmp_path_factory.mktemp("index"), [_story(*item) for item in days.items()])


def _found(retriever: Retriever, dates: AskedDates | None, before: date | None = None) -> list[str]:
    return [hit.passage.article_id for hit in retriever.search(Query("ferry council", before=before, dates=dates))]


def test_articles_asked_for_by_date_are_of_these_days_only(retriever: Retriever) -> None:
    day = _DAY.date()
    assert _found(retriever, AskedDates(day, day, restricts=True)) == ["day"]
    assert set(_found(retriever, AskedDates(day, None, restricts=True))) == {"day", "after", "week", "late"}
    assert set(_found(retriever, AskedDates(None, day, restricts=True))) == {"early", "before", "day"}
    assert _found(retriever, AskedDates(day, None, restricts=True), before=day) == []
    assert _found(retriever, AskedDates(day - timedelta(days=1), None, restricts=True), before=day) == ["before"]


@pytest.mark.parametrize(
    ("dates", "bonus"),
    [
        (AskedDates(_DAY.date(), _DAY.date()), {"day": 1.0, "after": 0.5, "week": 0.5}),
        (AskedDates(None, _DAY.date()), {"early": 1.0, "before": 1.0, "day": 1.0, "after": 0.5, "week": 0.5}),
        (AskedDates(latest=True), {"early": 0, "before": 0.39, "day": 0.4, "after": 0.41, "week": 0.47, "late": 1.0}),
    ],
)
def test_days_asked_about_are_worth_a_little_and_change_no_other_score(
    retriever: Retriever, dates: AskedDates, bonus: dict[str, float]
) -> None:
    plain = {hit.passage.article_id: hit.score for hit in retriever.search(Query("ferry council"))}
    dated = {hit.passage.article_id: hit.score for hit in retriever.search(Query("ferry council", dates=dates))}
    expected = {name: score + 0.15 * bonus.get(name, 0.0) for name, score in plain.items()}
    assert dated == pytest.approx(expected, abs=1e-6)


def test_scores_of_days() -> None:
    days = {1: 100, 2: 107, 3: 108, 4: 99, 5: 0}
    day = date.fromordinal(100)
    assert score_dates(days, AskedDates(day, day)) == {1: 1.0, 2: 0.5, 3: 0.0, 4: 0.0, 5: 0.0}
    assert score_dates(days, AskedDates(None, day)) == {1: 1.0, 2: 0.5, 3: 0.0, 4: 1.0, 5: 0.0}
    assert score_dates(days, AskedDates(day, None)) == {1: 1.0, 2: 1.0, 3: 1.0, 4: 0.0, 5: 0.0}
    assert score_dates(days, AskedDates(latest=True)) == {1: 1 / 9, 2: 8 / 9, 3: 1.0, 4: 0.0, 5: 0.0}
    assert score_dates({}, AskedDates(latest=True)) == {}


def test_of_equals_the_newer_goes_first_and_the_undated_last(tmp_path: Path) -> None:
    stories = [_story("a", 0), _story("new", 60), _story("b", 0), _story("old", -40)]

    hits = _retriever(tmp_path, [*stories, _story("undated", None)]).search(Query("ferry council"))

    assert len({hit.score for hit in hits}) == 1
    assert [hit.passage.article_id for hit in hits] == ["new", "a", "b", "old", "undated"]


def test_without_date_words_a_search_is_what_it_was(retriever: Retriever) -> None:
    """The ranking as it was made before there were dates: the same fusion of the same three lists."""
    for words in ("ferry council", "ferry", "stops", "nothing of it"):
        hits = retriever.search(Query(words))
        rows = {hit.passage.article_id: row for row, hit in enumerate(sorted(hits, key=lambda hit: hit.rank))}
        lists = [{rows[hit.passage.article_id]: hit.similarity for hit in hits},
                 {rows[hit.passage.article_id]: hit.keyword_score for hit in hits},
                 dict.fromkeys(rows.values(), 1.0)]  # fmt: skip
        before = fuse_scores(lists, [0.3, 0.7, 0.05])
        assert [score for _, score in before] == pytest.approx([hit.score for hit in hits], abs=1e-6)
        assert retriever.search(Query(words, dates=None)) == hits


def test_days_that_no_article_is_of_change_nothing(retriever: Retriever) -> None:
    far = AskedDates(date(1999, 1, 1), date(1999, 1, 2))
    assert retriever.search(Query("ferry", dates=far)) == retriever.search(Query("ferry"))
