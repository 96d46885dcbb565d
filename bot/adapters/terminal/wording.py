"""Every sentence the bot says in a terminal in its own voice. None of them is about the news."""

from collections.abc import Sequence
from typing import Final

from bot.answering import RefusalReason

MONTHS: Final = (
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
"""In English whatever the machine's locale."""

REFUSALS: Final = {
    RefusalReason.NOTHING_ON_TOPIC: (
        "I have no article about that, so I can't answer. /sources lists what I can quote."
    ),
    RefusalReason.NOT_ANSWERED: (
        "I have articles on this, but I found no sentence that answers it, and I won't guess."
    ),
    RefusalReason.OUTSIDE_SCOPE: "Nothing in the dates or articles you asked about answers that.",
    RefusalReason.EMPTY_QUESTION: "I couldn't find a question in that. Try a whole sentence.",
}

COMMANDS: Final = {
    "/help": "this list",
    "/sources": "the articles I can quote; /sources WORD narrows the list",
    "/context": "what stands around a quote, by its number: /context 2",
    "/more": "further quotes for the last answer",
    "/closest": "the closest passages when I could not answer",
    "/up": "the last answer was good",
    "/down": "the last answer was not good",
    "/new": "forget what we talked about",
    "/quit": "end; so does Ctrl-D",
}

UNDERSTOOD_AS: Final = "Understood as: "
MORE: Final = "More quotes:"
ALL_SHOWN: Final = "You have seen everything I found."
CLOSEST: Final = "Not an answer, only the closest I have:"
NOTHING_CLOSE: Final = "I have nothing close to it either."
IN_CONTEXT: Final = "In context:"
CHANGED_SINCE: Final = (
    "This article has changed or been removed since I quoted it, so I can't show what stands around the"
    " quote now. These were its words:"
)
NO_ARTICLES: Final = "I have no articles yet, so there is nothing I could quote. See: python -m index build --help"
UNTITLED: Final = "Untitled article"

ASK_FIRST: Final = "Ask a question first."
WAS_ANSWERED: Final = "The last question was answered. /more shows further quotes."
WAS_REFUSED: Final = "The last question was not answered. /closest shows the closest I have."
NO_SUCH_QUOTE: Final = "There is no quote of that number. Try /context 1"
STARTED_OVER: Final = "All forgotten. Your next question starts a new conversation."
THANKS: Final = "Thank you! That helps."
FORGOTTEN: Final = "I no longer remember that answer. Please ask again."
STOPPED: Final = "Stopped."
GOODBYE: Final = "Goodbye."
WENT_WRONG: Final = "Sorry, something went wrong on my side. The log says more; please try again."
SEE_CLOSEST: Final = "/closest shows the closest I have."
SEE_MORE: Final = "/more shows further quotes."
SEE_CONTEXT: Final = "/context 1 shows what stands around the first quote."


def greeting(titles: Sequence[str]) -> str:
    """What the bot does, with examples of what to ask about articles of these titles."""
    if not titles:
        return NO_ARTICLES
    return "\n".join(
        [
            f"I answer questions about {_count(len(titles))} by quoting, word for word. When nothing there "
            "answers, I say so.",
            "Ask in your own words, for example:",
            *(f"  What happened: {title.rstrip(' .?!…')}?" for title in _spread([title for title in titles if title])),
            "Then ask on: “And in August?”, “Who is she?” /help lists the commands.",
        ]
    )


def sources_heading(total: int, words: str) -> str:
    """The first line of a list of articles; the words are what it was narrowed by."""
    return f"I can quote {_count(total)}{f' about “{words}”' if words else ''}."


def sources_left_out(count: int) -> str:
    """The last line of a list that is too long."""
    return f"… and {count:,} more. Name a word to see those whose title holds it, such as /sources election"


def unknown_command(name: str) -> str:
    """What to do about a command that there is not."""
    return f"I don't know {name}. /help lists the commands; anything without a / is a question."


def _count(articles: int) -> str:
    return "1 news article" if articles == 1 else f"{articles:,} news articles"


def _spread(titles: Sequence[str]) -> Sequence[str]:
    """Up to three titles from all over the list."""
    return titles[:: max(1, len(titles) // 3)][:3]
