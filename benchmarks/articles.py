"""Articles to measure with: the seed article's own sentences, recombined, so that any number can be made."""

import json
import random
from pathlib import Path

from index import Article
from index.ingest.sources import read_articles
from index.text.chunking import chunk_article

_SENTENCES_AN_ARTICLE = 20


def write_articles(path: Path, count: int, seed: int) -> None:
    """Write a .jsonl file of `count` articles; another `seed` gives other texts under the same ids."""
    sentences = seed_sentences()
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            chosen = chance.choices(sentences, k=_SENTENCES_AN_ARTICLE)
            text = "\n\n".join([f"Report {number} of edition {seed}.", *chosen])
            file.write(json.dumps({"id": f"made/{number}", "title": f"Report {number}", "text": text}) + "\n")


def seed_sentences() -> list[str]:
    """Return every sentence of the seed articles, in order."""
    seeds = Path(__file__).parents[1] / "seeds"
    return [
        sentence.slice(article.text)
        for article in read_articles(seeds)
        if isinstance(article, Article)
        for passage in chunk_article(article)
        for sentence in passage.sentences
    ]
