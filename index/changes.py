"""What a change of the library amounts to: which articles come, which are replaced, which leave."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from index.archive import Place
from index.archive_part import fingerprint_of
from index.article import Article, Skipped


@dataclass(slots=True)
class Change:
    """Collects, while articles pass through `arriving`, the places of those that they replace.

    `find` gives the place of an article that is in service, by id.
    """

    find: Callable[[str], Place | None]
    replaced: dict[str, Place] = field(default_factory=dict)
    removed: dict[str, Place] = field(default_factory=dict)
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
                elif place.stored.fingerprint != fingerprint_of(item):
                    self.replaced[item.id] = place
                    yield item

    def dead_rows(self, segment: int) -> frozenset[int]:
        """The rows of a segment's articles that count no more after this change."""
        places = [*self.replaced.values(), *self.removed.values()]
        return frozenset(place.stored.row for place in places if place.segment == segment)
