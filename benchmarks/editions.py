"""A library that changes from edition to edition, and whether a change that something cut short left it whole."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.articles import write_articles
from benchmarks.processes import start
from index import Query
from index.embedding.embedder import OnnxEmbedder
from index.errors import IndexingError
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever

_ARTICLES = 12

Holdings = dict[str, str]
"""The revision of each article, by its id."""


@dataclass(slots=True)
class Editions:
    """One index folder below `root`, and the articles to change it with."""

    root: Path
    embedder: OnnxEmbedder
    edition: int = 0

    @property
    def index(self) -> Path:
        """The index folder."""
        return self.root / "index"

    @property
    def articles(self) -> Path:
        """The articles of the last edition."""
        return self.root / "articles.jsonl"

    def next_edition(self) -> None:
        """Write other texts under the same ids."""
        self.edition += 1
        write_articles(self.articles, _ARTICLES, seed=self.edition)

    def holdings(self) -> Holdings | None:
        """Return what the index holds; None if it does not load, answer or verify."""
        library = DiskLibrary(self.index)
        try:
            with closing(library.open_current(self.embedder)) as snapshot:
                if not Retriever(snapshot, self.embedder).search(Query("Who brokered the ceasefire?")):
                    return None
                held = {article.id: article.revision for article in snapshot.archive.articles()}
            return None if library.verify() else held
        except IndexingError:
            return None

    def finish(self, command: list[str]) -> float:
        """Run the whole command; return how many seconds it took."""
        started = time.perf_counter()
        process = start(["index", *command, "--index", str(self.index)])
        assert process.wait() == 0, command
        return time.perf_counter() - started

    def state(self, before: Holdings | None, kind: str) -> str:
        """Return whether the index is as before or as after a change of a kind, in full, or broken."""
        now = self.holdings()
        if now is None or before is None:
            return "broken"
        if now == before:
            return "before"
        came, went = now.keys() - before.keys(), before.keys() - now.keys()
        changed = {article_id for article_id in now.keys() & before.keys() if now[article_id] != before[article_id]}
        expected = {
            "build": len(changed) == _ARTICLES and not came,
            "reload": len(changed) in (0, _ARTICLES) and not came,  # 0: only what had been added before is gone
            "add": len(came) == 1 and not went and not changed,
            "remove": len(went) == 1 and not came and not changed,
            "rollback": len(went) == 1 and not came and not changed,
        }
        return "after" if expected[kind] else "broken"


def _edition(editions: Editions) -> list[str]:
    editions.next_edition()
    return ["build", "--articles", str(editions.articles)]


def _arrival(editions: Editions) -> list[str]:
    editions.edition += 1
    arriving = editions.root / "arriving.jsonl"
    write_articles(arriving, 1, seed=editions.edition)
    arriving.write_text(arriving.read_text().replace("made/0", f"arrived/{editions.edition}"))
    return ["add", str(arriving)]


def _departure(editions: Editions) -> list[str]:
    """Add an article; return the command that removes it."""
    editions.finish(_arrival(editions))
    return ["remove", f"arrived/{editions.edition}"]


def _return(editions: Editions) -> list[str]:
    """Add an article; return the command that goes back to the state before it."""
    editions.finish(_arrival(editions))
    return ["rollback"]


CHANGES: Mapping[str, Callable[[Editions], list[str]]] = {
    "build": _edition,
    "add": _arrival,
    "remove": _departure,
    "rollback": _return,
}
"""What prepares each kind of change, and returns the command that makes it."""
