"""What can be said of a quotation, and what it rests on: values only."""

from dataclasses import dataclass, replace
from enum import Enum

from bot.quoting.quotes import Citation
from index import Span


class Verdict(Enum):
    """What a quotation is. None says that it is false: of what no article holds, articles say nothing."""

    VERBATIM = "verbatim"
    ALTERED = "altered"
    CUT = "cut"
    STITCHED = "stitched"
    OTHER_SPEAKER = "other_speaker"
    NOT_FOUND = "not_found"


class CutKind(Enum):
    """What was left out around words so that they say something else."""

    DENIAL = "denial"
    CONDITION = "condition"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True)
class Cut:
    """What stands around words in their article, and what of it was cut away. `before` and `after` are spans of the
    article that join the words; None where nothing was cut there."""

    kinds: tuple[CutKind, ...]
    before: Span | None
    after: Span | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Words that differ: those that were checked (a span of what was checked) and the article's (a span of its text);
    None on the side that has none."""

    checked: Span | None
    article: Span | None


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a kept revision that a quotation is from, as a citation; its score is the share of equal words.

    `part` is the span of what was checked that stands there. `is_current`: that revision is the one in service.
    `around` is the article's text from the beginning of `cut.before` to the end of `cut.after`, where there is a cut;
    `differences` come with the words of the article that they name.
    """

    citation: Citation
    part: Span
    is_current: bool
    differences: tuple[Difference, ...] = ()
    cut: Cut | None = None
    article_text: str = ""

    def words(self, span: Span | None) -> str:
        """Return the article's words at a span of it; none for None."""
        return span.slice(self.article_text) if span is not None else ""


@dataclass(frozen=True, slots=True)
class CheckedQuote:
    """A quotation of what was checked (`text` is its text at `span`), what it is, and where it is from.

    `claimed` is who says it where it was found, if that is told.
    """

    text: str
    span: Span
    verdict: Verdict
    matches: tuple[Match, ...]
    claimed: str | None = None


def moved(match: Match, chars: int) -> Match:
    """Return the match of the same words that stand so many characters later in what was checked."""
    differences = tuple(replace(one, checked=_moved(one.checked, chars)) for one in match.differences)
    return replace(match, part=Span(match.part.start + chars, match.part.end + chars), differences=differences)


def _moved(span: Span | None, chars: int) -> Span | None:
    return Span(span.start + chars, span.end + chars) if span is not None else None
