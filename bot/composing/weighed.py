"""Weighed: the sentences found for a message, with the chance that each belongs in the reply."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.composing.choosing import Choice, Chosen, choose
from bot.composing.draft import Pick
from bot.composing.gathering import Gathered
from bot.quoting.extent import quotable_span
from bot.reading.features import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Of n sentences: `chances`, (n,), that each belongs in the reply; `alike`, (n, n), how much two have in common, in
    [0, 1]; `openings`, (n,), how well each would open it, higher is better. `on_subject`: the chance of each article,
    by id, that it is on the subject."""

    found: Gathered
    chances: Floats
    alike: Floats
    openings: Floats
    on_subject: Mapping[str, float]

    def chosen(self, how: Choice, chances: Floats | None = None, first: int | None = None) -> Chosen:
        """Return the sentences that add most; `chances`, (n,), where others than its own are meant.

        `first` is taken first, whatever its chance.
        """
        lengths = [len(one.span) for one in self.found.sentences]
        used = self.chances if chances is None else chances
        return choose(used, self.alike, lengths, self.found.telling, how, first)

    @property
    def opening(self) -> int:
        """The sentence that opens the reply best."""
        return int(np.argmax(self.openings))

    def pick(self, row: int) -> Pick:
        """Return a sentence as it is quoted: with whoever speaks, and what it means nothing without."""
        one = self.found.sentences[row]
        span = quotable_span(one.article.text, one.span, one.hit.passage)
        return Pick(one.article, one.hit, span, float(self.chances[row]))

    def article_of(self, row: int) -> str:
        """Return the id of a sentence's article."""
        return self.found.sentences[row].article.id

    def day_of(self, row: int) -> int:
        """Return the day on which a sentence was published, as an ordinal; 0 where that is not known."""
        published = self.found.sentences[row].article.published_at
        return published.toordinal() if published else 0
