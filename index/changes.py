"""What a change of the library amounts to: which articles come, which are replaced, which leave."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from index.archive_part import fingerprint_of
from index.article import Article, Skipped


class Findable(Protocol):
    """Where an article lies."""

    @property
    def fingerprint(self) -> bytes:
        """Changes when anything of the article does."""


PlaceT = TypeVar("PlaceT", bound=Findable)


@dataclass(slots=True)
class Change(Generic[PlaceT]):
    """Collects, while articles pass through `arriving`, the places of those that they replace.

    `find` gives the place of an article that is in service, by id.
    """

    find: Callable[[str], PlaceT | None]
    replaced: dict[str, PlaceT] = field(default_factory=dict)
    removed: dict[str, PlaceT] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def arriving(self, items: Iterable[Article | Skipped]) -> Iterator[Article | Skipped]:
        """The items that have to be indexed: new articles and changed ones, and whatever was skipped."""
        for item in items:
            if isinstance(item, Skipped):
                yield item
            elif item.id in self.seen:
                yield Skipped(item.id, "an article with this id came before it")
            else:
                self.seen.add(item.id)
                place = self.find(item.id)
                if place is None:
                    yield item
                elif place.fingerprint != fingerprint_of(item):
                    self.replaced[item.id] = place
                    yield item

    @property
    def leaving(self) -> list[PlaceT]:
        """The places that count no more after this change."""
        return [*self.replaced.values(), *self.removed.values()]
