"""Every sentence the bot says in a terminal in its own voice. None of them is about the news."""

from collections.abc import Sequence
from typing import Final

from bot.adapters.examples import example_articles
from index import Article

COMMANDS: Final = {
    "/help": "this list",
    "/said": "what somebody said, newest first: /said Michel, or /said Michel about the border",
    "/check": "is a quote real? /check He said: “It was brokered by Moscow.”",
    "/sources": "the articles I can quote; /sources WORD narrows the list",
    "/timeline": "what happened when: /timeline louvre",
    "/digest": "what came in: /digest, /digest 7 for a week, /digest all to see all of the last one",
    "/watch": "be told when there is more: /watch When does the ferry run again?, or /watch said Michel",
    "/watches": "what I watch for you; /watches pause 2, /watches resume 2, /watches delete 2",
    "/corrections": "what I quoted and has changed since",
    "/context": "what stands around a quote, by its number: /context 2",
    "/more": "further quotes for the last answer",
    "/closest": "the closest passages when I could not answer",
    "/articles": "a plain list of the articles found for the last question",
    "/up": "the last answer was good",
    "/down": "the last answer was not good",
    "/typed": "search the last question as I typed it",
    "/new": "start a new conversation",
    "/forget": "delete all that is kept of this conversation",
    "/quit": "end; so does Ctrl-D",
}

NO_ARTICLES: Final = "I have no articles yet, so there is nothing I could quote. See: python -m index build --help"

WHOLE_DIGEST: Final = "/digest all shows them."
NO_SUCH_DIGEST: Final = "Name a number of days, such as /digest 7"
WHAT_TO_WATCH: Final = "Write what I should watch: /watch When does the ferry run again?, or /watch said Michel"
NOTHING_WATCHED: Final = "I watch nothing here. Write /watch and a question."
NO_CORRECTIONS: Final = "No words that I quoted lately have changed since."
LAST_CORRECTIONS: Final = "Words that I quoted and that have changed since, the last ones first:"
NOT_HERE: Final = "Nothing can be watched here."
WATCHES_HEADING: Final = "What I watch here:"
CHANGE_A_WATCH: Final = "/watches pause 1, /watches resume 1 and /watches delete 1 change the first."
NO_SUCH_WATCH: Final = "Name one by its number in /watches, such as /watches delete 1"
PAUSED: Final = "paused"
WHOSE_WORDS: Final = "Name somebody: /said Michel, or /said Michel about the border"
WHAT_TO_CHECK: Final = (
    "Write what is to be checked after the command, such as /check He said: “It was brokered by Moscow.” "
    "python -m bot check FILE checks longer texts."
)
NAME_A_SUBJECT: Final = "Name what it should be about, such as /timeline louvre"
ASK_FIRST: Final = "Ask a question first."
WAS_ANSWERED: Final = "The last question was answered. /more shows further quotes."
WAS_REFUSED: Final = "The last question was not answered. /closest shows the closest I have."
NO_SUCH_QUOTE: Final = "There is no quote of that number. Try /context 1"
STOPPED: Final = "Stopped."
GOODBYE: Final = "Goodbye."
WENT_WRONG: Final = "Sorry, something went wrong on my side. The log says more; please try again."
SEE_CLOSEST: Final = "/closest shows the closest I have."
SEE_MORE: Final = "/more shows further quotes."
CHOOSE: Final = "Type the number or the name."
WITHOUT_MARKS: Final = "/typed searches without the quotation marks."
AS_TYPED: Final = "/typed searches your own words."
SEE_CONTEXT: Final = "/context 1 shows what stands around the first quote."


def greeting(articles: Sequence[Article]) -> str:
    """Return what the bot does, with examples of what to ask about these articles."""
    if not articles:
        return NO_ARTICLES
    return "\n".join(
        [
            f"I answer questions about {_count(len(articles))} by quoting, word for word. When nothing there "
            "answers, I say so.",
            "Ask in your own words, for example:",
            *(f"  What happened: {' '.join(one.title.split()).rstrip(' .?!…')}?" for one in example_articles(articles)),
            "Then ask on: “And in August?”, “Who is she?” /help lists the commands.",
        ]
    )


def sources_heading(total: int, words: str) -> str:
    """Return the first line of a list of articles; `words` are what it was narrowed by."""
    return f"I can quote {_count(total)}{f' about “{words}”' if words else ''}."


def articles_found(total: int) -> str:
    """Return the first line of a list of what was found."""
    return "Articles I found, the likeliest first:" if total else "I found no articles for it."


def sources_left_out(count: int) -> str:
    """Return the last line of a list that is too long."""
    return f"… and {count:,} more. Name a word to see those whose title holds it, such as /sources election"


def unknown_command(name: str) -> str:
    """Return what to do about an unknown command."""
    return f"I don't know {name}. /help lists the commands; anything without a / is a question."


def watching(words: str) -> str:
    """Say what is watched from now on."""
    return f"I watch “{words}”: when an article arrives that answers it, I quote it here before the next answer."


def too_much_watched(most: int) -> str:
    """Say that nothing more can be watched."""
    return f"I watch {most} questions here, which is as many as I can. /watches delete 1 deletes the first."


def new_on(words: str) -> str:
    """Return the heading of what has arrived."""
    return f"New on what you watch: {words}"


def _count(articles: int) -> str:
    return "1 news article" if articles == 1 else f"{articles:,} news articles"
