"""What can go wrong while articles are read, indexed and opened.

IndexingError
├── SettingsInvalid          a variable holds an unusable value: correct it in the environment or .env
├── ArticlesMissing          the path holds nothing that can be indexed: check --articles
├── SnapshotMissing          nothing was built yet: run `python -m index build`
├── SnapshotCorrupt          files do not match the manifest: roll back or build again
├── SnapshotMismatch         built by another model, dimension or format: run `python -m index renew`
├── UnknownArticle           an id that the index does not hold: see `python -m index list`
├── ModelUnavailable         a model cannot be loaded: check EMBEDDING_MODEL or READER_MODEL
├── IndexBusy                another process is building: wait for it
├── BuildCancelled           called off: build again, it goes on from there
├── BuildBroken              the process that built has died: build again, it goes on from there
├── SnapshotRejected         it would answer worse than the one in service: look at what changed
├── VectorServerUnavailable  the server of VECTOR_URL is away: start it; questions are answered once it is back
├── VectorServerRefused      that server does not want to do what it is asked; its text says why
├── LibraryFileInvalid       a file to import is not one that `index export` wrote, or was damaged
├── Unreadable               a file, page or line cannot become an article: it is skipped, and its text says why
│   └── ParsingCutOff        ... as reading it takes too long or too much memory: made to do harm, or far too large
├── ArrivalsUnavailable      what came from the web or a chat cannot be kept or read: check the disk, the permissions
└── FetchError               a web address gave nothing; its text says why
    ├── FetchRefused         ... and never will as it is: another address, a site that does not want it, no article
    └── FetchFailed          ... this time: try again later
"""


class IndexingError(Exception):
    """Base of every error of this package; its text is meant for the person at the keyboard."""


class SettingsInvalid(IndexingError):
    """One or more settings hold a value that cannot be used; the text names each variable."""


class ArticlesMissing(IndexingError):
    """No article could be read from the given path."""


class SnapshotMissing(IndexingError):
    """The index folder holds no published snapshot."""


class SnapshotCorrupt(IndexingError):
    """A snapshot's files are missing or differ from its manifest."""


class SnapshotMismatch(IndexingError):
    """A snapshot was made by another model, dimension or format than the one in use."""


class UnknownArticle(IndexingError):
    """An article id that the snapshot does not hold."""


class ModelUnavailable(IndexingError):
    """A model's files are absent, unreadable or not the pinned ones."""


class IndexBusy(IndexingError):
    """Another process holds the index for writing."""


class VectorServerUnavailable(IndexingError):
    """The server of VECTOR_URL cannot be reached, or is not ready, for longer than is waited for it."""


class VectorServerRefused(IndexingError):
    """The server of VECTOR_URL refused a request; `code` is its own, or 0."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.code = code


class LibraryFileInvalid(IndexingError):
    """A file that was to be imported is not what `index export` writes, or was damaged on its way."""


class Unreadable(IndexingError):
    """A file, page or line that cannot become an article; the text says why, for a reader new to this."""


class ParsingCutOff(Unreadable):
    """A file whose reading was ended: it took more time or memory than one file may, or broke the process."""


class ArrivalsUnavailable(IndexingError):
    """The file with what arrived from the web, from feeds or by message cannot be opened, read or written."""


class FetchError(IndexingError):
    """A web address that gave nothing."""


class FetchRefused(FetchError):
    """An address that must not be fetched, or holds nothing of use: trying again changes nothing."""


class FetchFailed(FetchError):
    """An address out of reach for now. `retry_after_seconds`: how long its server asks us to stay away, if it does."""

    def __init__(self, text: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds


class BuildCancelled(IndexingError):
    """The build was called off; what it had embedded is kept for the next one."""


class BuildBroken(IndexingError):
    """The process of a build ended without having said how it went."""


class SnapshotRejected(IndexingError):
    """A new snapshot that no longer finds what the one in service finds. It was not published."""
