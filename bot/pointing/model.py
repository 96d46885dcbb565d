"""PointingModel: all that a language model is asked, and all that it may say. Values only, and the protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from bot.conversation import Turn
from bot.query.kinds import MessageKind

T = TypeVar("T", covariant=True)


class Task(Enum):
    """What a model is asked for; the value is what the JSON says."""

    UNDERSTANDING = "understanding"
    CHOOSING = "choosing"


class Fault(Enum):
    """Why nothing of what a model said, or would have said, is used; the value is what the JSON says."""

    PAUSED = "paused after faults"
    SPENT = "the day's tokens are spent"
    LATE = "not in time"
    UNREACHABLE = "not reached"
    REFUSED = "refused by its server"
    UNREADABLE = "not the JSON that was asked for"
    UNFIT = "does not fit"
    """What earlier versions kept in the place of each of the next ones."""
    UNFIT_FORM = "a question of another form than was asked for"
    UNFIT_WORDS = "a question with words that nobody used"
    UNFIT_ASTRAY = "a question with no word of what was said, and no name"
    UNFIT_NUMBERS = "numbers that were not shown, or one twice"
    UNFIT_HEADING = "a heading that does not fit"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message asks, in words that need no conversation.

    `kind`, `language`: None where the model does not say.
    """

    question: str
    kind: MessageKind | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The numbers of the sentences that answer, best first; none if none does. `heading`: a few words to stand above
    them."""

    numbers: tuple[int, ...]
    heading: str | None = None


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence that a model may point at, by its number, and what it is from."""

    number: int
    text: str
    title: str
    day: str


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """What a model said, or why that is not to be had, and how many tokens it read and wrote for it."""

    value: T | Fault
    tokens: int = 0


class PointingModel(Protocol):
    """A language model that understands and points. Each call ends within the given seconds, whatever happens."""

    @property
    def name(self) -> str:
        """What to call it in reports."""

    def understand(self, message: str, said: Sequence[Turn], seconds: float) -> Answered[Understood]:
        """Return what a message means behind these turns, oldest first."""

    def choose(self, question: str, sentences: Sequence[ShownSentence], seconds: float) -> Answered[Chosen]:
        """Return which of the sentences answer a question."""
