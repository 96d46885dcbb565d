"""What the bot says in its own voice wherever it talks. Nothing here is about the news."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from bot.adapters import translation
from bot.adapters.translation import counted, translatable, translated
from bot.answering import Block, RefusalReason
from bot.composing.composer import ONLY_MENTIONED
from bot.quoting.quotes import Citation, CitedSpeaker

SHOWING_RESULTS_FOR: Final = translatable("Showing results for: ")
ABOUT: Final = translatable("About: ")
_ONLY_MENTIONED: Final = translatable("Only mentioned, in articles about other things")
UNDERSTOOD_AS: Final = translatable("Understood as: ")
IN_MY_OWN_WORDS: Final = translatable("In my own words: ")
MORE_QUOTES: Final = translatable("More quotes:")
ALL_SHOWN: Final = translatable("You have seen everything I found.")
CLOSEST: Final = translatable("Not an answer, only the closest I have:")
NOTHING_CLOSE: Final = translatable("I have nothing close to it either.")
IN_CONTEXT: Final = translatable("In context:")
CHANGED_SINCE: Final = translatable(
    "This article has changed or been removed since I quoted it, so I can't show what stands around the"
    " quote now. These were its words:"
)
CHANGED_SINCE_QUOTED: Final = translatable("An article has changed since I quoted it to you.")
WORDS_QUOTED: Final = translatable("I quoted:")
WORDS_NOW: Final = translatable("Now it says:")
WORDS_GONE: Final = translatable("These words are no longer in the article.")
PUBLISHER_SAYS: Final = translatable("The publisher says of it:")
UNTITLED: Final = translatable("Untitled article")
STARTED_OVER: Final = translatable("All forgotten. Your next question starts a new conversation.")
THANKS: Final = translatable("Thank you! That helps.")
ALL_DELETED: Final = "Deleted: everything that was kept of this conversation, its answers and its votes."
FORGOTTEN: Final = translatable("I no longer remember that answer. Please ask again.")

_REFUSALS: Final = {
    RefusalReason.NOTHING_ON_TOPIC: translatable(
        "I have no article about that, so I can't answer. /sources lists what I can quote."
    ),
    RefusalReason.NOT_ANSWERED: translatable(
        "I have articles on this, but I found no sentence that answers it, and I won't guess."
    ),
    RefusalReason.OUTSIDE_SCOPE: translatable("Nothing in the dates or articles you asked about answers that."),
    RefusalReason.EMPTY_QUESTION: translatable("I couldn't find a question in that. Try a whole sentence."),
    RefusalReason.NOBODY_SPEAKS: translatable(
        "I found no words of anybody of that name. Try a last name alone, such as: /said Smith about taxes"
    ),
    RefusalReason.NO_SUCH_PHRASE: translatable(
        "No article holds these very words. Without the quotation marks I look for what they mean."
    ),
}


def which_is_meant(labels: Sequence[str]) -> str:
    """Return the question back when a message may mean several things."""
    return f"Do you mean {' or '.join(labels)}?"


def about(subject: str) -> str:
    """Return what a follow-up was taken to be about."""
    return f"{translated(ABOUT)}{subject}"


def understood_as(question: str) -> str:
    """Return the whole question that a message was understood as."""
    return f"{translated(UNDERSTOOD_AS)}{question}"


def own_heading(heading: str) -> str:
    """Return a few words of the bot's own that stand above quotes, marked as such."""
    return f"{translated(IN_MY_OWN_WORDS)}{heading}"


def refusal(reason: RefusalReason) -> str:
    """Return why there is no answer, in plain words."""
    return translated(_REFUSALS[reason])


def origin(citation: Citation) -> list[tuple[str, str]]:
    """Return what is known of the article that a quote is from, each with its label."""
    unknown = translated(translatable("not known"))
    published = day_and_age(citation.published_at) if citation.published_at else unknown
    return [
        (translated(translatable("Source:")), citation.source or unknown),
        (translated(translatable("Published:")), published),
        (translated(translatable("Link:")), citation.url or unknown),
    ]


def also_in(copies: int) -> str:
    """Return how many other articles say nearly the same; nothing if none does."""
    return counted("also in {count} other", "also in {count} others", copies) if copies else ""


def voice(speaker: CitedSpeaker) -> str:
    """Return who said a quote, as it stands beneath it; name and role are an article's words."""
    who = f"{speaker.name}, {speaker.role}" if speaker.role else speaker.name
    return f"— {' '.join(who.split())}"


def heading(block: Block) -> str:
    """Return what stands above a part of a reply: a day, month or year as people write it, the name of a voice, or that
    its articles are about other things."""
    if block.heading == ONLY_MENTIONED:
        return translated(_ONLY_MENTIONED)
    if block.is_later:
        return translated(translatable("{voice}, later")).format(voice=block.heading)
    return translation.calendar_day(block.heading) or block.heading


def left_out(count: int) -> str:
    """Return how many sentences a reply has left out."""
    return counted("{count} more left out.", "{count} more left out.", count)


def at_most(count: int) -> str:
    """Say that so many questions of a message were answered."""
    return translated(
        translatable("I answer {count} questions of a message. Please ask the others in another one.")
    ).format(count=translation.number(count))


def more_changes(count: int) -> str:
    """Return how many changes of an article are not shown."""
    return counted(
        "{count} more sentence that I quoted has changed.", "{count} more sentences that I quoted have changed.", count
    )


def newest_here(day: date) -> str:
    """Return of which day the newest article is that could have been quoted, and how long ago that was."""
    moment = datetime.combine(day, time(12), UTC)
    return translated(translatable("The newest article here is of {day}.")).format(day=day_and_age(moment))


def day(moment: datetime) -> str:
    """Return a date as people write it, whatever the machine's locale."""
    return translation.day(moment)


def day_and_age(moment: datetime) -> str:
    """Return a date and how long ago that was, as seen today."""
    ago = translation.age(moment, datetime.now(UTC))
    return f"{day(moment)} ({ago})" if ago else day(moment)
