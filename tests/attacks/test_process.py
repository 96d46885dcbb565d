"""The gravest attacks at once on the bot's process, while people ask: nobody waits, and a restart brings none back."""

import logging
from pathlib import Path

import pytest

from index.embedding.embedder import OnnxEmbedder
from tests.attacks.attacked_bot import attacked_bot

logger = logging.getLogger(__name__)
pytestmark = pytest.mark.slow

_ATTACKS = ("H1 author", "H2 attributes", "H3 title", "H4 words", "H5 link")
_PEOPLE = 50


def test_people_are_answered_while_feeds_and_pages_attack_and_a_restart_brings_nothing_back(
    tmp_path: Path, shipped_embedder: OnnxEmbedder
) -> None:
    with attacked_bot(tmp_path, *_ATTACKS) as attacked:
        attacked.start()
        endured = attacked.endure(_PEOPLE)
        articles = attacked.articles(shipped_embedder)
        logger.info("p50 %.2f s, p95 %.2f s, %s", endured.p50, endured.p95, endured)
        assert (endured.p95 < 5, endured.slowest_healthz < 2, endured.stopped < 10, endured.memory < 600) == (True,) * 4
        assert endured.fetched_again == 0
        lies = [article for article in articles.values() if "99 million" in article.text]
        assert [(lie.source, lie.url) for lie in lies] == [("h4-words.example", None)]
        assert attacked.site.url("/story", "honest.example") in articles
        assert max(len(article.title) for article in articles.values()) <= 300
