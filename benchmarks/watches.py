"""What it costs to match an article against all that is watched, and whether alerts tell what people wanted to know.

    python -m benchmarks.watches --data FOLDER --work DIR [--questions 60] [--leave-out IDS.json]

`python -m benchmarks watches` measures the cost over made-up watches. FOLDER holds questions that people typed about
stories and articles: `people_chat/dev/questions.jsonl.gz` and `stories.json`, `realtimeqa_news/dev/documents.jsonl.gz`.
Each question is watched as if it had been asked on the day before its article came; then the articles of that day
arrive, with 200 others, less those that tell of one of the stories. The index of all of them stays in DIR. IDS.json
lists questions not to be taken, because something was fitted to them.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from benchmarks.made_news import made_news
from benchmarks.watched_news import WORDINGS, make_articles, make_stories
from bot.answering import Answerer
from bot.app import Models, load_models
from bot.digests.grouping import Compared, group_articles
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.settings import Settings
from bot.watches.catalogue import Catalogue
from bot.watches.matching import Match, Matching, article_terms
from bot.watches.watch import Watch, new_watch
from index import Article
from index.attribution.names import NO_CORRECTIONS
from index.embedding.embedder import Embedder
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from index.text.terms import terms_of
from tests.embedders import HashingEmbedder

_MANY: Final = (10_000, 100_000)
_MADE_ARTICLES: Final = 20
_WORDS_A_WATCH: Final = 5
_PASSAGES: Final = 12
_OTHERS: Final = 200
_STORIES: Final = 4
_SYLLABLES: Final = ("bar", "del", "fos", "gim", "hun", "lor", "mav", "nis", "pek", "rud", "sol", "tiv")
_KINDS: Final = ("factoid", "yesno", "why_how", "keywords", "said", "latest")
_SEED: Final = 27
_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


def measure() -> dict[str, object]:
    """Return the milliseconds of one core that an article takes before any is read, by how much is watched."""
    articles, embedder = list(made_news(_MADE_ARTICLES, seed=3)), HashingEmbedder(dimension=384)
    passages = [embedder.embed(_passages(article.text)) for article in articles]
    words = [set(terms_of(f"{article.title} {article.text}")) for article in articles]
    measured: dict[str, object] = {}
    for count in _MANY:
        catalogue = _made_catalogue(count, embedder)
        catalogue.candidates(passages[0], words[0], most=40)
        taken, found = [], []
        for vectors, terms in zip(passages, words, strict=True):
            started = time.process_time()
            found.append(len(catalogue.candidates(vectors, terms, most=40)))
            taken.append((time.process_time() - started) * 1000)
        measured[f"{count:,} watches, ms p50"] = round(float(np.median(taken)), 1)
        measured[f"{count:,} watches, ms max"] = round(max(taken), 1)
        measured[f"{count:,} watches, questions read an article"] = round(float(np.mean(found)), 1)
        measured |= _measure_reading(count)
    return measured


def _measure_reading(count: int) -> dict[str, object]:
    """Return the same of articles that some watch for, among so many questions about other things of their kind, with
    all that is read."""
    models, embedder = load_models(Settings.from_environment()), HashingEmbedder(dimension=384)
    answerer = Answerer(PassageReader(models.scorer, shipped_weights()))
    with TemporaryDirectory() as folder:
        library = DiskLibrary(Path(folder))
        library.rebuild([article for _, article in make_articles(make_stories(_STORIES), 0)], embedder)
        retriever = Retriever(library.open_current(embedder), embedder)
        matching = Matching(
            (new_watch(f"tg:{number}", 0, words, _NOW) for number, words in enumerate(islice(_questions(), count))),
            embedder.embed,
            retriever,
        )
        articles = [one for one in retriever.archive.ids() if one.endswith(("/plan", "/bill", "/idle"))]
        matching.matches(articles[:1], answerer, retriever, NO_CORRECTIONS)
        at_once, taken, read = [], [], []
        for article_id in articles[1:]:
            started = time.process_time()
            rounds = matching.rounds([article_id], retriever)
            for number, one in enumerate(rounds or [()]):
                matching.read(one, answerer, retriever)
                if not number:
                    at_once.append((time.process_time() - started) * 1000)
            taken.append((time.process_time() - started) * 1000)
            read.append(sum(map(len, rounds)))
    return {
        f"{count:,} watches, with what is read at once, ms p50": round(float(np.median(at_once)), 1),
        f"{count:,} watches, with what is read at once, ms max": round(max(at_once), 1),
        f"{count:,} watches, with all that is read, ms p50": round(float(np.median(taken)), 1),
        f"{count:,} watches, with all that is read, ms max": round(max(taken), 1),
        f"{count:,} watches, questions that an article may answer": round(float(np.mean(read)), 1),
        f"{count:,} watches, questions that an article may answer, most": max(read),
    }


def _questions() -> Iterator[str]:
    """Yield questions about things in places, those first that articles tell of."""
    stories = make_stories(_STORIES)
    kinds = [wording for kind in ("date", "cost") for wording in WORDINGS[kind]]
    places = ("".join(parts) for parts in product(_SYLLABLES, repeat=4))
    names = [story.names for story in stories]
    names_there_are_not = (
        {"thing": story["thing"], "place": place.capitalize()} for place in places for story in names
    )
    for one in chain(names, names_there_are_not):
        yield from (wording.format(**one) for wording in kinds)


def _passages(text: str) -> list[str]:
    """Return as many passages as an article of the news has, about."""
    length = -(-len(text) // _PASSAGES)
    return [text[first : first + length] for first in range(0, len(text), length)]


def _made_catalogue(count: int, embedder: Embedder) -> Catalogue:
    chance = random.Random(_SEED)
    known = sorted({word for article in made_news(400, seed=4) for word in article.text.split() if word.isalpha()})
    texts = [" ".join(chance.sample(known, _WORDS_A_WATCH)) for _ in range(count)]
    return Catalogue(texts, embedder.embed(texts), lambda term: 0.5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question, the articles of its day that answer it, and their words that do."""

    id: str
    words: str
    articles: frozenset[str]
    gold: tuple[tuple[str, str], ...]

    def is_told_by(self, match: Match) -> bool:
        """Return whether one of the quotes that are shown is right."""
        shown = match.answer.citations[: match.answer.n_strong]
        return any(
            article_id == cited.quote.article_id and _shares(words, cited.quote.text)
            for cited in shown
            for article_id, words in self.gold
        )


def measure_questions(data: Path, work: Path, count: int, left_out: Iterable[str]) -> dict[str, object]:
    """Return how many questions are told a right quote, and how often another is told, on their day and on one without
    their article."""
    wanted, others, articles = _read(data, count, set(left_out))
    models = load_models(Settings.from_environment())
    retriever = _indexed(articles, work / "index", models)
    answerer = Answerer(PassageReader(models.scorer, shipped_weights()))
    present = set(retriever.archive.ids())
    others = _on_other_stories(others, retriever)
    watches = [_watch(number, one) for number, one in enumerate(wanted)]
    elsewhere = _told(watches, others, answerer, retriever)
    right = false = false_before = keyword_right = keyword_false = 0
    for one, watch in zip(wanted, watches, strict=True):
        told = _told([watch], sorted(one.articles & present), answerer, retriever)[watch]
        is_right = any(one.is_told_by(match) for match in told)
        right += is_right
        false += bool(told or elsewhere[watch]) and not is_right
        false_before += bool(elsewhere[watch])
        holding = _with_all_words(one.words, [*(one.articles & present), *others], retriever)
        keyword_right += bool(holding & one.articles)
        keyword_false += len(holding - one.articles)
    return {
        "questions": len(wanted),
        "articles of other stories": len(others),
        "told a right quote": round(right / len(wanted), 3),
        "told only other quotes, a watch and day": round(false / len(wanted), 3),
        "told something on a day without its article": round(false_before / len(wanted), 3),
        "all words in an article of the day that answers": round(keyword_right / len(wanted), 3),
        "all words in another article, a watch and day": round(keyword_false / len(wanted), 3),
    }


def _told(
    watches: Sequence[Watch], articles: Sequence[str], answerer: Answerer, retriever: Retriever
) -> Mapping[Watch, Sequence[Match]]:
    """Return what each is told of these articles, which are read one by one."""
    found: dict[Watch, list[Match]] = {watch: [] for watch in watches}
    matching = Matching(watches, retriever.embed, retriever)
    for match in matching.matches(articles, answerer, retriever, NO_CORRECTIONS):
        found[match.watch].append(match)
    return found


def _on_other_stories(others: Iterable[str], retriever: Retriever) -> list[str]:
    """Return those that tell nothing of a story that is asked about, as digests know stories: what answers there is no
    false alert."""
    apart, archive = set(others), retriever.archive
    vectors = retriever.snapshot.vectors_of(archive.ids())
    compared = [Compared(archive.article(one), vectors[one], archive.copy_group(one)) for one in archive.ids()]
    left: list[str] = []
    for group in group_articles(compared, retriever.rarity):
        ids = [one.article.id for one in group]
        left += ids if apart.issuperset(ids) else []
    return sorted(left)


def _with_all_words(words: str, article_ids: Iterable[str], retriever: Retriever) -> set[str]:
    wanted = set(terms_of(words))
    return {one for one in article_ids if wanted <= _terms_of_article(one, retriever)}


@lru_cache(1 << 10)
def _terms_of_article(article_id: str, retriever: Retriever) -> set[str]:
    return article_terms(article_id, retriever.archive)


def _watch(number: int, one: Wanted) -> Watch:
    return new_watch(f"tg:{number}", 0, one.words, _NOW)


def _read(data: Path, count: int, left_out: set[str]) -> tuple[list[Wanted], list[str], list[Article]]:
    stories: dict[str, list[str]] = json.loads((data / "people_chat/dev/stories.json").read_text(encoding="utf-8"))
    documents = {row["doc_id"]: row for row in _rows(data / "realtimeqa_news/dev/documents.jsonl.gz")}
    of_stories = {article_id for ids in stories.values() for article_id in ids}
    chance = random.Random(_SEED)
    rest = sorted(one for one in documents.keys() - of_stories if 500 < len(documents[one]["text"]) <= 12_000)
    others = chance.sample(rest, _OTHERS)
    rows = [row for row in _rows(data / "people_chat/dev/questions.jsonl.gz") if _is_asked_of_an_article(row)]
    chosen = [row for row in chance.sample(rows, len(rows)) if row["id"] not in left_out][:count]
    articles = [_article(documents[article_id]) for article_id in (*sorted(of_stories), *others)]
    return [_wanted(row, stories[row["story"]], documents) for row in chosen], others, articles


def _is_asked_of_an_article(row: dict[str, Any]) -> bool:
    return bool(row["answerable"] and row["gold"] and row["lang"] == "en" and row["kind"] in _KINDS)


def _wanted(row: dict[str, Any], story: Sequence[str], documents: dict[str, dict[str, Any]]) -> Wanted:
    """Return a question as it is watched: as typed if it opens a chat, else in full, as it is understood."""
    answering = {article_id for article_id, _ in row["gold"]}
    day = min(documents[article_id]["date"] for article_id in answering)
    arriving = frozenset(one for one in story if one in answering and documents[one]["date"] == day)
    words = row["question"] if row["turn"] == 1 else row["standalone"]
    gold = tuple((article_id, quote) for article_id, quote in row["gold"] if article_id in arriving)
    return Wanted(row["id"], words, arriving, gold)


def _indexed(articles: Sequence[Article], folder: Path, models: Models) -> Retriever:
    library = DiskLibrary(folder)
    if not folder.exists():
        library.rebuild(articles, models.embedder)
    return Retriever(library.open_current(models.embedder), models.embedder)


def _article(row: dict[str, Any]) -> Article:
    published = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) if row["date"] else None
    return Article(row["doc_id"], row["title"], row["text"], row["source"], published, row["url"])


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _shares(gold: str, quote: str) -> bool:
    """Return whether a quote and words that answer overlap, however blanks are written."""
    one, other = " ".join(gold.split()), " ".join(quote.split())
    return one in other or other in one or one[:40] in other or other[:40] in one


def main() -> None:
    """Measure over real questions and articles."""
    parser = argparse.ArgumentParser("python -m benchmarks.watches", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of questions and articles")
    parser.add_argument("--work", type=Path, required=True, help="a folder to keep the index in")
    parser.add_argument("--questions", type=int, default=60, help="so many are watched")
    parser.add_argument("--leave-out", type=Path, help="a file with a list of ids of questions not to be taken")
    options = parser.parse_args()
    left_out = json.loads(options.leave_out.read_text(encoding="utf-8")) if options.leave_out else []
    print(json.dumps(measure_questions(options.data, options.work, options.questions, left_out), indent=1))


if __name__ == "__main__":
    main()
