"""The articles that ship: all of them can be read, quoted and told apart."""

import re
from pathlib import Path

from index import Article
from index.ingest.sources import read_articles
from index.ingest.sources.files import decode
from index.text.chunking import chunk_article


def test_every_seed_is_an_article_as_it_came(seeds: Path) -> None:
    read = list(read_articles(seeds))

    texts = {path.name: decode(path.read_bytes()) for path in seeds.glob("*.txt")}
    assert {seed.id: seed.text for seed in read if isinstance(seed, Article)} == texts
    assert len(read) == len(texts)
    assert texts


def test_every_seed_has_a_title_in_words_and_passages_to_quote(seeds: Path) -> None:
    for seed in read_articles(seeds):
        assert isinstance(seed, Article)
        assert re.search(r"\w+ \w+", seed.title)
        assert chunk_article(seed)


def test_no_quotable_sentence_of_a_seed_holds_its_debris(seeds: Path) -> None:
    read = [seed for seed in read_articles(seeds) if isinstance(seed, Article)]

    sentences = [
        span.slice(seed.text) for seed in read for passage in chunk_article(seed) for span in passage.sentences
    ]

    assert [words for words in sentences if re.search(r";djan|</?p>?|p>|Deep Concern”|Frequent clashes", words)] == []
