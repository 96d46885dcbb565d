"""How well articles are grouped into stories, how well each story is quoted, and what a digest costs.

    python -m benchmarks.digests --newschat CHATS/dev --beside CHATS/train --work DIR

The folders are as `training/newschat.py` describes them; the articles of `--beside` lie among those measured.
`python -m benchmarks digests` measures only the cost, over 500 made-up articles.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.made_news import made_news
from bot.app import load_models
from bot.digests import DigestMaker, DigestReader, Period
from bot.digests.grouping import Compared, group_articles
from bot.digests.stories import story_of
from bot.digests.telling import told_by_one_quote
from bot.settings import Settings
from index import Article, Span
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from training.newschat import Message, Newschat
from training.searching import search_over

_A_DAY = 500
_NEARNESS = (0.4, 0.45, 0.5, 0.55, 0.6)
_ALL_TIMES = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class _Fixed:
    """A retriever that never changes."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def retriever(self) -> Retriever:
        """Return it."""
        return self._retriever


def measure() -> dict[str, object]:
    """Measure the cost over made-up articles."""
    models = load_models(Settings.from_environment())
    with tempfile.TemporaryDirectory() as folder:
        library = DiskLibrary(Path(folder))
        library.rebuild(made_news(_A_DAY, seed=1), models.embedder)
        retriever = Retriever(library.open_current(models.embedder), models.embedder)
        return cost(retriever, list(made_news(_A_DAY, seed=1)))


def measure_over(stories: Path, beside: Path, work: Path) -> dict[str, object]:
    """Return what is reached over stories whose articles are known."""
    chats, others = Newschat.load(stories), Newschat.load(beside)
    retriever = search_over([*chats.articles, *others.articles], work)
    alone = search_over(chats.articles, work)
    return {
        "pairs, among all": pairs_told(compared(chats.articles + others.articles, retriever), chats, retriever),
        "pairs, alone": pairs_told(compared(chats.articles, alone), chats, alone),
        "watched": watched(chats, retriever),
        "quotes": quotes(chats, alone),
        "cost": cost(retriever, (chats.articles + others.articles)[:_A_DAY]),
    }


def compared(articles: Sequence[Article], retriever: Retriever) -> list[Compared]:
    """Return articles with what they are compared by."""
    vectors = retriever.snapshot.vectors_of([one.id for one in articles])
    return [Compared(one, vectors[one.id], retriever.archive.copy_group(one.id)) for one in articles]


def pairs_told(articles: Sequence[Compared], chats: Newschat, retriever: Retriever) -> dict[str, float]:
    """Return precision and recall of the pairs that are put into one story, of those with an article of `chats`."""
    groups = [[one.article.id for one in group] for group in group_articles(articles, retriever.rarity)]
    stories = [[one.id for one in some] for some in chats.stories.values()]
    measured = {article_id for some in stories for article_id in some}
    told, right = _pairs(groups, measured), _pairs(stories, measured)
    return {
        "precision": round(len(told & right) / len(told), 3),
        "recall": round(len(told & right) / len(right), 3),
        "pairs": len(right),
        "stories": len(stories),
        "groups with an article of them": sum(not measured.isdisjoint(group) for group in groups),
        "stories told as exactly one": sum(set(some) in map(set, groups) for some in stories),
    }


def _pairs(groups: Sequence[Sequence[str]], measured: Collection[str]) -> set[frozenset[str]]:
    pairs = (frozenset(pair) for group in groups for pair in combinations(group, 2))
    return {pair for pair in pairs if not pair.isdisjoint(measured)}


def watched(chats: Newschat, retriever: Retriever) -> dict[str, dict[str, float]]:
    """Return for each least cosine how many of the stories are found that a message in full is about, and how many
    others for each message."""
    by_story = {story: compared(some, retriever) for story, some in chats.stories.items()}
    asked = [next(one for one in chats.messages if one.story == story and one.is_answerable) for story in by_story]
    vectors = load_models(Settings.from_environment()).embedder.embed([one.complete for one in asked])
    nearness = {
        (message.story, story): max(float((one.vectors @ vector).max()) for one in some)
        for message, vector in zip(asked, vectors, strict=True)
        for story, some in by_story.items()
    }
    return {
        f"{least:.2f}": {
            "found": round(sum(nearness[one, one] >= least for one in by_story) / len(by_story), 3),
            "others for each": round(
                sum(near >= least for (one, other), near in nearness.items() if one != other) / len(by_story), 2
            ),
        }
        for least in _NEARNESS
    }


def quotes(chats: Newschat, retriever: Retriever) -> dict[str, float]:
    """Return how often the quote of a story answers a message that asks what happened, and how long it is."""
    asked: dict[str, list[Message]] = {}
    for one in chats.messages:
        if one.kind in ("overview", "latest") and one.is_answerable:
            asked.setdefault(one.story, []).append(one)
    rights, lengths = [], []
    for story, messages in asked.items():
        told = told_by_one_quote(story_of(compared(chats.stories[story], retriever)), retriever.archive)
        assert told is not None
        rights.append(_answers(told.quote.article_id, told.quote.span, messages))
        lengths.append(len(told.quote.text))
    return {
        "stories": len(rights),
        "right": round(float(np.mean(rights)), 3),
        "characters": round(float(np.mean(lengths))),
    }


def _answers(article_id: str, span: Span, messages: Sequence[Message]) -> bool:
    places = [place for one in messages for place in one.evidence if place.article_id == article_id]
    return any(place.span.overlaps(span) for place in places)


def cost(retriever: Retriever, articles: Sequence[Article]) -> dict[str, object]:
    """Return seconds of a core: to group so many articles, for a first digest of all times, for another chat's."""
    some = compared(articles, retriever)
    group_articles(some[:2], retriever.rarity)
    started = time.process_time()
    groups = group_articles(some, retriever.rarity)
    grouping = time.process_time() - started
    maker = DigestMaker(_Fixed(retriever))
    published = sorted(one.published_at for one in articles if one.published_at)
    period = Period(published[0], published[-1])
    started = time.process_time()
    digest = maker.make(period)
    first = time.process_time() - started
    watched_by_one = some[0].article.title
    retriever.vectors_of([watched_by_one])
    started = time.process_time()
    maker.make(period, DigestReader(subjects=(watched_by_one,)))
    return {
        "articles": len(some),
        "groups": len(groups),
        "grouping, s of a core": round(grouping, 2),
        "first digest, s of a core": round(first, 2),
        "its articles": digest.n_articles,
        "the same for another chat, s of a core": round(time.process_time() - started, 2),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.digests", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--newschat", type=Path, required=True)
    parser.add_argument("--beside", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    print(json.dumps(measure_over(options.newschat, options.beside, options.work), indent=1))
