"""Whether quotations are told right, and how fast: 400 cases made from indexed articles, 200 sentences of others.

    python -m benchmarks.check_quotes --index DIR --others ARTICLES

`python -m benchmarks check_quotes` makes a library of 12,820 articles, embedded by hashes, for no check needs vectors;
ARTICLES is a folder or file of articles that are not in DIR.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.made_news import made_news
from benchmarks.measuring import own_mib
from benchmarks.quote_cases import Case, make_cases, sentences_of
from bot.checking import Checker
from bot.checking.words import Words
from index import Article
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.library.kept_texts import KeptTexts
from tests.embedders import HashingEmbedder

_ARTICLES, _OTHERS = 12_820, 400
_EACH, _UNKNOWN = 100, 200
_SEED = 1
_TEXT_CHARS = 10_000
_SOME = 1_500
"""So many of the indexed articles are read to make cases of."""


def measure() -> dict[str, object]:
    """Measure over made-up articles."""
    with tempfile.TemporaryDirectory() as folder:
        DiskLibrary(Path(folder)).rebuild(made_news(_ARTICLES, seed=1), HashingEmbedder(dimension=8))
        return measure_over(Path(folder), list(made_news(_OTHERS, seed=2)))


def measure_over(index: Path, others: Sequence[Article]) -> dict[str, object]:
    """Return precision and recall of each verdict, and milliseconds a check."""
    library = DiskLibrary(index)
    before = own_mib()
    started = time.perf_counter()
    texts = library.kept_texts(HashingEmbedder())
    opening = time.perf_counter() - started
    checker, cases = Checker(lambda: texts), _cases(texts, others)
    checker.check("“A first check reads what later ones find read.”")
    told, taken = [], []
    for case in cases:
        started = time.process_time()
        told.append(_told(checker, case.words))
        taken.append((time.process_time() - started) * 1000)
    counts = Counter(zip((case.verdict for case in cases), told, strict=True))
    return {
        "articles": sum(1 for _ in texts.numbers()),
        "verdicts": _figures(counts),
        "unknown sentences called verbatim": counts["not_found", "verbatim"],
        "a quotation, ms of a core, p50": round(float(np.percentile(taken, 50)), 1),
        "a quotation, ms of a core, p95": round(float(np.percentile(taken, 95)), 1),
        **{
            f"10,000 characters, {name}, ms of a core": _milliseconds(checker, text)
            for name, text in _long_texts(cases).items()
        },
        "opening, ms": round(opening * 1000, 1),
        "memory, MiB more": round(own_mib() - before),
    }


def _cases(texts: KeptTexts, others: Sequence[Article]) -> list[Case]:
    numbers = list(texts.numbers())
    chosen = random.Random(_SEED).sample(numbers, min(_SOME, len(numbers)))
    kept = [one.article for number in chosen if (one := texts.revision(number)) is not None]
    cases = make_cases(sentences_of(kept), _EACH, _SEED)
    everything = "\n".join(_folded(texts.text(number)) for number in numbers)
    strange = sentences_of(others)
    random.Random(_SEED).shuffle(strange)
    unknown = islice((one for one in strange if _folded(one) not in everything), _UNKNOWN)
    return [*cases, *(Case(words, "not_found") for words in unknown)]


def _folded(text: str) -> str:
    """Return the words of a text as they are compared, with blanks around them."""
    return f" {' '.join(Words(text).folded)} "


def _told(checker: Checker, words: str) -> str:
    """Return the verdict on words between quotation marks; "several" where the marks part them."""
    quotes = checker.check(f"“{words}”")
    return quotes[0].verdict.value if len(quotes) == 1 else "several"


def _figures(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, float]]:
    figures = {}
    for verdict in dict.fromkeys(true for true, _ in counts):
        right = counts[verdict, verdict]
        made = sum(count for (true, _), count in counts.items() if true == verdict)
        told = sum(count for (_, found), count in counts.items() if found == verdict)
        figures[verdict] = {
            "cases": made,
            "recall": round(right / made, 3),
            "precision": round(right / max(told, 1), 3),
        }
    return figures


def _long_texts(cases: Sequence[Case]) -> dict[str, str]:
    """Return a text of quotations of each verdict, one of all of them, and one without quotation marks."""
    mixed = random.Random(_SEED).sample(cases, len(cases))
    texts = {"mixed": mixed, **{verdict: [case for case in cases if case.verdict == verdict] for verdict in _VERDICTS}}
    marked = {name: "\n\n".join(f"“{case.words}”" for case in some)[:_TEXT_CHARS] for name, some in texts.items()}
    return {**marked, "no marks": " ".join(case.words for case in mixed)[:_TEXT_CHARS]}


_VERDICTS = ("verbatim", "altered", "cut", "stitched", "not_found")


def _milliseconds(checker: Checker, text: str) -> float:
    """Return the median of three, as time of a core: what else the machine does weighs little on it."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        checker.check(text)
        taken.append((time.process_time() - started) * 1000)
    return round(sorted(taken)[1], 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.check_quotes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--others", type=Path, required=True)
    options = parser.parse_args()
    unindexed = [one for one in read_articles(options.others) if isinstance(one, Article)]
    print(json.dumps(measure_over(options.index, unindexed), indent=1))
