"""What the bot says in its own voice wherever it talks. Nothing here is about the news."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.answering import RefusalReason

UNDERSTOOD_AS: Final = "Understood as: "
MORE_QUOTES: Final = "More quotes:"
ALL_SHOWN: Final = "You have seen everything I found."
CLOSEST: Final = "Not an answer, only the closest I have:"
NOTHING_CLOSE: Final = "I have nothing close to it either."
IN_CONTEXT: Final = "In context:"
CHANGED_SINCE: Final = (
    "This article has changed or been removed since I quoted it, so I can't show what stands around the"
    " quote now. These were its words:"
)
UNTITLED: Final = "Untitled article"
STARTED_OVER: Final = "All forgotten. Your next question starts a new conversation."
THANKS: Final = "Thank you! That helps."
ALL_DELETED: Final = "Deleted: everything that was kept of this conversation, its answers and its votes."
FORGOTTEN: Final = "I no longer remember that answer. Please ask again."

_REFUSALS: Final = {
    RefusalReason.NOTHING_ON_TOPIC: "I have no article about that, so I can't answer. /sources lists what I can quote.",
    RefusalReason.NOT_ANSWERED: "I have articles on this, but I found no sentence that answers it, and I won't guess.",
    RefusalReason.OUTSIDE_SCOPE: "Nothing in the dates or articles you asked about answers that.",
    RefusalReason.EMPTY_QUESTION: "I couldn't find a question in that. Try a whole sentence.",
}
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def which_is_meant(labels: Sequence[str]) -> str:
    """The question back when a message may mean several things."""
    return f"Do you mean {' or '.join(labels)}?"


def refusal(reason: RefusalReason) -> str:
    """Why there is no answer, in plain words."""
    return _REFUSALS[reason]


def also_in(copies: int) -> str:
    """How many other articles say nearly the same; nothing if none does."""
    return f"also in {copies} other{'s' if copies > 1 else ''}" if copies else ""


def day(moment: datetime) -> str:
    """A date as people write it, in English whatever the machine's locale."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
