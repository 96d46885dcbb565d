"""Whether a message leans on what was said before it."""

from pathlib import Path

import numpy as np
import pytest

from bot.conversation import SAID_ELSEWHERE, Turn
from bot.followup.leaning import Leaning, facts_of, said_last
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever

_STORIES = Path(__file__).parents[2] / "golden" / "stories"
_ASKED = "how many people were hurt in brno"
_BEFORE = [Turn(_ASKED, _ASKED, SAID_ELSEWHERE, "twelve people were hurt")]


@pytest.fixture(scope="module")
def leaning() -> Leaning:
    """The network that ships."""
    return Leaning.shipped()


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory, seeds: Path, shipped_embedder: OnnxEmbedder) -> Retriever:
    """A search over the seeds, a tram crash and spoilt school meals."""
    library = DiskLibrary(tmp_path_factory.mktemp("stories"))
    library.rebuild([*read_articles(seeds), *read_articles(_STORIES)], shipped_embedder)
    return Retriever(library.open_current(shipped_embedder), shipped_embedder)


@pytest.mark.parametrize("message", ["who said that", "since when", "and the driver", "what about the brakes"])
def test_what_the_article_under_discussion_holds_leans(message: str, leaning: Leaning, stories: Retriever) -> None:
    assert leaning.chance(message, _BEFORE, stories) > 0.5


@pytest.mark.parametrize("message", ["which pupils fell ill in aldmoor", "who is the president of azerbaijan"])
def test_what_only_another_article_holds_does_not(message: str, leaning: Leaning, stories: Retriever) -> None:
    assert leaning.chance(message, _BEFORE, stories) < 0.3


def test_nothing_leans_on_nothing(leaning: Leaning, stories: Retriever) -> None:
    assert leaning.chance("and then", [], stories) == 0.0


def test_the_facts_are_finite_for_any_message(stories: Retriever) -> None:
    for message in ("", "?", "why", "x " * 3000, "Ünïcödé 💥"):
        assert np.isfinite(facts_of(message, _BEFORE, stories)).all()


def test_an_article_that_is_gone_is_no_longer_spoken_of(leaning: Leaning, stories: Retriever) -> None:
    gone = [Turn(_ASKED, _ASKED, SAID_ELSEWHERE, "twelve people were hurt", article_ids=("gone",))]

    assert leaning.chance("who said that", gone, stories) > 0.5


def test_what_was_said_last_is_the_question_and_the_beginning_of_its_answer() -> None:
    quoted = Turn("what now", "what now", SAID_ELSEWHERE, None, ("The river rose. " * 20,), ("flood",))

    assert said_last(_BEFORE) == f"{_ASKED} – twelve people were hurt – "
    assert said_last([quoted]).startswith("what now – The river rose.")
    assert len(said_last([quoted])) < 130
