"""Chooses the articles that a list shows, and which quotes of a reply stand together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.answering import Block
from bot.quoting.quotes import Citation
from index import Article


def narrowed(articles: Sequence[Article], words: str) -> list[Article]:
    """Return the articles whose title or source holds the words, whatever their case; all of them for no words."""
    wanted = words.casefold()
    return [each for each in articles if wanted in f"{each.title}\n{each.source or ''}".casefold()]


@dataclass(frozen=True, slots=True)
class Run:
    """Citations that stand together in a reply, of one article and speaker; `block`: the part that begins with them."""

    citations: tuple[Citation, ...]
    block: Block | None = None

    @property
    def numbers(self) -> str:
        """The numbers of the first and the last."""
        first, last = self.citations[0].number, self.citations[-1].number
        return f"{first}" if first == last else f"{first}–{last}"


def runs_of(citations: Sequence[Citation], blocks: Sequence[Block], *, together: bool) -> Iterator[Run]:
    """Yield citations in their order, `together` those of one article and one speaker that follow each other in one
    part."""
    part_of = {number: block for block in blocks for number in block.numbers}

    def source(one: Citation) -> tuple[object, ...]:
        speaker = (one.speaker.name, one.speaker.role) if one.speaker else None
        return (one.quote.article_id, speaker) if together else (one.number,)

    above: Block | None = None
    for (block, _), run in groupby(citations, key=lambda one: (part_of.get(one.number), source(one))):
        yield Run(tuple(run), None if block is above else block)
        above = block
