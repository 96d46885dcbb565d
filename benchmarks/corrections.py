"""Whether corrections are told rightly: revisions of quoted articles, made by a script, 40 of a kind.

    python -m benchmarks.corrections --articles PATH [--each N] [--seed N]

`python -m benchmarks corrections` makes them of made-up articles; PATH is a folder or file of articles of one's own.
The articles are indexed, one sentence of each is quoted in a conversation, the revisions are indexed, and what each
conversation is then told is compared with what was made. "Told of the new words" counts those of the right sentence.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from benchmarks.made_news import made_news
from benchmarks.revision_cases import KINDS, RevisionCase, make_cases
from bot.answering import Answer
from bot.corrections.corrections import ToTell
from bot.corrections.desk import CorrectionDesk
from bot.quoting.quotes import Citation, quote_from
from bot.replies import Reply
from bot.store import Store
from index import Article
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.embedders import HashingEmbedder

_EACH = 40
_SEED = 7


def measure() -> dict[str, object]:
    """Measure over made-up articles."""
    return measure_over(list(made_news(2 * _EACH * len(KINDS), seed=_SEED)), each=_EACH, seed=_SEED)


def measure_over(articles: Sequence[Article], *, each: int, seed: int) -> dict[str, object]:
    """Return, for each kind, how many were made, told, and told with the right words; and milliseconds a revision."""
    cases = make_cases(articles, each, seed)
    with told_of(cases) as (told, seconds):
        return {
            "revisions": len(cases),
            "kinds": {kind: _figures([case for case in cases if case.kind == kind], told) for kind in KINDS},
            "CPU milliseconds a revision": round(1000 * seconds / len(cases), 2),
        }


@contextmanager
def told_of(cases: Sequence[RevisionCase]) -> Iterator[tuple[dict[str, ToTell], float]]:
    """Give what each case's conversation, named by its article, is told after the revision, and the CPU seconds of
    finding that out."""
    with tempfile.TemporaryDirectory() as folder, Store.in_memory() as store:
        library, embedder = DiskLibrary(Path(folder)), HashingEmbedder(dimension=8)
        library.rebuild((case.article for case in cases), embedder)
        for case in cases:
            store.save_reply(_reply(case))
        library.rebuild((case.revised for case in cases), embedder)
        desk = CorrectionDesk(LiveIndex(library, embedder), store.corrections, within=timedelta(days=7))
        started = time.process_time()
        desk.look()
        seconds = time.process_time() - started
        yield {each.conversation_id.removeprefix("tg:"): each for each in desk.untold(messenger="tg")}, seconds


def _reply(case: RevisionCase) -> Reply:
    article = case.article
    quote = quote_from(article, case.quoted)
    cited = Citation(1, quote, article.title, article.source, article.published_at, article.url, (), 0.9)
    return Reply(article.id, f"tg:{article.id}", "What?", "What?", Answer(0.9, (cited,), 1, None, hits=()), {})


def _figures(cases: Sequence[RevisionCase], told: dict[str, ToTell]) -> dict[str, int]:
    found = [(case, told.get(case.article.id)) for case in cases]
    return {
        "made": len(cases),
        "told": sum(each is not None for _, each in found),
        "told of the new words": sum(each is not None and _has_new_words(case, each) for case, each in found),
    }


def _has_new_words(case: RevisionCase, told: ToTell) -> bool:
    """Return whether what is shown as the new words is what the sentence became; of a dropped one that there are
    none."""
    now = told.corrections[0].now
    if case.became is None or now is None:
        return now is None and case.became is None
    return " ".join(case.became.split()) in " ".join(now.text.split())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.corrections", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--each", type=int, default=_EACH)
    parser.add_argument("--seed", type=int, default=_SEED)
    options = parser.parse_args()
    read = [one for one in read_articles(options.articles) if isinstance(one, Article)]
    print(json.dumps(measure_over(read, each=options.each, seed=options.seed), indent=1))
