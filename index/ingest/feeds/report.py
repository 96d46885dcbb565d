"""What came of one pass over the feeds, feed by feed."""

from dataclasses import dataclass

from index.article import Skipped
from index.library.builder import BuildReport


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What came of one feed. `error`: why it could not be read, None if it was or was not due; `failures`: how often in
    a row.

    `brought` counts articles that are new or have changed, `waiting` the items left for later, and
    `problems` says of each item that failed in this pass, and of a flaw in the feed, what it was; `given_up` of each
    that broke what reads it so often that it is not tried again.
    """

    url: str
    error: str | None = None
    failures: int = 0
    is_due: bool = True
    is_unchanged: bool = False
    items: int = 0
    brought: int = 0
    waiting: int = 0
    problems: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.error is not None:
            times = f" ({self.failures} times in a row)" if self.failures > 1 else ""
            return f"{self.url}: not read{times}: {self.error}"
        state = "unchanged" if self.is_unchanged else f"{self.items} items" if self.is_due else "not due"
        waiting = f", {self.waiting} left for later" if self.waiting else ""
        return f"{self.url}: {state}, {self.brought} articles new or changed{waiting}"


@dataclass(frozen=True, slots=True)
class FeedsReport:
    """What came of all feeds. `build` is None if there was nothing to publish, or if that failed: then `error` says
    why. `broken`: articles that broke the build so often that it is not tried again with them."""

    feeds: tuple[FeedReport, ...]
    build: BuildReport | None = None
    error: str | None = None
    broken: tuple[Skipped, ...] = ()

    @property
    def failed(self) -> tuple[FeedReport, ...]:
        """The feeds that could not be read."""
        return tuple(feed for feed in self.feeds if feed.error is not None)

    @property
    def given_up(self) -> tuple[str, ...]:
        """What is not tried again since it broke what reads or indexes it, a line each."""
        items = [f"{feed.url}: {item}" for feed in self.feeds for item in feed.given_up]
        return (*items, *(f"{skipped.name} {skipped.reason}" for skipped in self.broken))

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that went wrong, a line each."""
        found = [str(feed) for feed in self.failed]
        found += [f"{feed.url}: {problem}" for feed in self.feeds for problem in feed.problems]
        found += self.given_up
        if self.error is not None:
            found.append(f"nothing was published, what was read is kept: {self.error}")
        return tuple(found)
