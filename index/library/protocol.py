"""Library: what can be done with a library of articles, on whichever back end it lies."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from index.article import Article, Skipped
from index.embedding.embedder import Embedder
from index.library.builder import BuildReport, ProgressListener
from index.library.kept_texts import KeptTexts
from index.manifest import Manifest
from index.search.retrieval import Snapshot


class Library(Protocol):
    """A library of articles and its history. Reading needs no lock; whatever writes takes it.

    `root` is the folder of this machine's own files: what arrived, and vectors of builds under way.
    """

    root: Path

    def __str__(self) -> str:
        """Return where the articles are, in a word."""

    def current_name(self) -> str:
        """Return the name of the snapshot in service.

        Raises:
            SnapshotMissing: nothing was published yet.
        """

    def names(self) -> list[str]:
        """Return every whole snapshot that is kept, oldest first."""

    def open_current(self, embedder: Embedder) -> Snapshot:
        """Return the snapshot in service.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: it cannot be served; the text says what to run.
        """

    def manifests(self) -> dict[str, Manifest]:
        """Return what each kept snapshot says of itself, by name, oldest first; one that cannot be read is left out."""

    def kept_texts(self, embedder: Embedder) -> KeptTexts:
        """Return every text that is kept of the articles; a vector server shows those in service only.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: nothing can be served.
        """

    def rebuild(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        """Make these the articles of the library, and put the result in service. A failure changes nothing.

        Articles that are there already, the same in every respect, stay as they are.

        Raises:
            ArticlesMissing: none of the items is an article with words.
            BuildCancelled, or whatever the listener raised: called off; the next build goes on from there.
            SnapshotRejected: the result does not find what the index in service finds.
            IndexBusy: another process is building.
        """

    def renew(self, embedder: Embedder, listener: ProgressListener = lambda _: None) -> BuildReport:
        """Index every article in service anew, whichever model or earlier format it was indexed with.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: there is none whose articles can be read.
            BuildCancelled, or whatever the listener raised: called off; the next time goes on from there.
            IndexBusy: another process is building.
        """

    def add(
        self,
        items: Iterable[Article | Skipped],
        embedder: Embedder,
        listener: ProgressListener = lambda _: None,
    ) -> BuildReport:
        """Add these articles to those in service; one with a known id takes its place. Errors as of `rebuild`."""

    def remove(self, article_ids: Iterable[str], embedder: Embedder) -> BuildReport:
        """Publish the articles in service without these.

        Raises:
            UnknownArticle: an id is not in the index; nothing is removed then.
            ArticlesMissing: none would be left.
        """

    def roll_back(self, *, leaving: str | None = None) -> str:
        """Put the snapshot before the current one back in service and return its name. Again undoes that of before.

        Raises:
            SnapshotMissing: there is no earlier one, or the one in service is not `leaving`, as somebody expected.
            SnapshotCorrupt, SnapshotMismatch: the earlier one cannot be served; the current one stays.
        """

    def revisions_of(self, article_id: str) -> list[Article]:
        """Return the article as each kept snapshot has it, every revision once, the one written last first; empty for
        an id that none knows. One that is not as it was added is left out."""

    def verify(self) -> list[str]:
        """Return what is wrong with the kept snapshots, that in service first, a line each; empty if all is well.

        Raises:
            SnapshotMissing, SnapshotCorrupt, SnapshotMismatch: none is in service that this program can read.
        """

    def copy_current(self, folder: Path, embedder: Embedder) -> None:
        """Write all articles in service as one segment into the empty `folder`."""

    def take_over(self, folder: Path, embedder: Embedder) -> None:
        """Publish the segment in `folder`, made by `embedder`'s model, as all the articles there are. The folder is
        moved."""
