"""Watch: something that somebody wants to be told of when there is more, and the words for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from bot.query.said_requests import SaidRequest, said_request
from index.embedding.embedder import Vectors

LONGEST_WATCH: Final = 300
"""So many characters of a question are watched: more is no question."""
HIGHEST_BAR: Final = 0.6
LOWEST_BAR: Final = -0.2
"""How much surer than usual, or less sure, a quote may have to be for one watch."""
_RAISE: Final = 0.15
_LOWER: Final = 0.05


@dataclass(frozen=True, slots=True)
class Watch:
    """A question that is asked again of articles as they arrive, as if it stood alone.

    `chat` is where its alerts go, as `MESSENGER:NUMBER`, and `topic` the part of it, 0 for none. `bar` is by how much
    surer than usual a quote must be. `said`: it waits for what the person named in the words says.
    """

    id: int
    chat: str
    topic: int
    words: str
    is_said: bool
    bar: float
    is_paused: bool
    created_at: datetime

    @property
    def shown(self) -> str:
        """Its words as people are shown them."""
        return shown_words(self.words)

    @property
    def request(self) -> SaidRequest | None:
        """Whose words it waits for, if it does."""
        return said_request(self.words) if self.is_said else None


def new_watch(chat: str, topic: int, words: str, now: datetime) -> Watch:
    """Return a watch that is not kept yet."""
    words = " ".join(words.split())[:LONGEST_WATCH]
    is_said = said_request(words) is not None
    return Watch(0, chat, topic, words, is_said, bar=0.0, is_paused=False, created_at=now)


def shown_words(words: str) -> str:
    """Return the words of a watch as people are shown them."""
    request = said_request(words)
    return request.in_words if request is not None else words


def watched_words(typed: str) -> tuple[str, bool] | None:
    """Return the words of a watch as somebody types it, and whether it waits for what somebody says; None if there are
    none."""
    words = " ".join(typed.split())[:LONGEST_WATCH].strip()
    if not words:
        return None
    lower = words.casefold()
    if lower.startswith("said ") and lower != "said ":
        name = words[len("said ") :].strip()
        return f"/said {name}", True
    return words, said_request(words) is not None


def raised(bar: float) -> float:
    """Return the bar of a watch whose alert was not wanted."""
    return min(round(bar + _RAISE, 2), HIGHEST_BAR)


def lowered(bar: float) -> float:
    """Return the bar of a watch whose alert was liked."""
    return max(round(bar - _LOWER, 2), LOWEST_BAR)


@dataclass(frozen=True, slots=True)
class WatchVector:
    """What an embedder made of a watch's words: (dimension,), of unit length, and the embedder's fingerprint."""

    vector: Vectors
    embedder: str


class AlertState(Enum):
    """What became of an alert; the value is what is stored. One that is `HELD` waits for the chat's digest."""

    DUE = "due"
    PLANNED = "planned"
    HELD = "held"
    DIGESTED = "digested"


@dataclass(frozen=True, slots=True)
class Alert:
    """What was found for a watch: the reply that shows it, and where it goes. `id` is 0 until it is kept."""

    watch_id: int
    chat: str
    topic: int
    reply_id: str
    found_at: datetime
    state: AlertState = AlertState.DUE
    id: int = 0


@dataclass(frozen=True, slots=True)
class WatchCounts:
    """How much is watched, and what came of it."""

    watches: int
    paused: int
    chats: int
    alerts: int
    votes_up: int
    votes_down: int
