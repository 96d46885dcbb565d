"""Every sentence the bot says to readers on Telegram in its own voice, in one place. None of them is about the news.

Constants are in English, to be `translated` where they are shown; functions return what they say translated.
"""

from typing import Final

from bot.adapters.translation import counted, number, translatable, translated, weekday
from bot.brought import LIFE
from bot.digests.schedule import Schedule

LONGEST_QUESTION: Final = 1_000

READER_COMMANDS: Final[tuple[tuple[str, str], ...]] = (
    ("ask", translatable("Ask a question about the news")),
    ("said", translatable("With a name: what somebody said, newest first; and about what, if you like")),
    ("timeline", translatable("What happened when, in order: /timeline and a subject")),
    ("check", translatable("Is a quote real? /check and the words, or as a reply to a message")),
    ("watch", translatable("Be told when there is more: /watch and a question, a subject, or said and a name")),
    ("watches", translatable("See what I watch for you here; pause or delete it")),
    ("sources", translatable("See the articles I can quote; with a word: those that have it in title or source")),
    ("digest", translatable("What came in, a quote a story: now, or /digest daily 8:00, /digest weekly Mon 8:00, off")),
    ("quiet", translatable("When nothing may come unasked: /quiet 22-7 and your city; /quiet off")),
    ("corrections", translatable("Quotes that changed later; off or on: whether I tell you of yours")),
    ("new", translatable("Start afresh: forget what we talked about")),
    ("help", translatable("How this works")),
    ("privacy", translatable("What I keep about you")),
    ("forget", translatable("Delete what I keep about you")),
)

WHAT_I_DO: Final = translatable(
    "I answer questions about news articles by quoting them, word for word, and I show you where each quote"
    " comes from. I write nothing of my own, so I can't make anything up. When no article answers, I say so."
)
EXAMPLES: Final = translatable("Just ask in your own words, or tap an example:")
NO_EXAMPLES: Final = translatable("I have no articles yet. As soon as I have some, just ask in your own words.")
FOLLOW_UPS: Final = translatable("Then ask on, as you would with a person: “And in August?”, “Who is she?”")
NARROWER: Final = translatable(
    'To ask some articles alone, write source:Reuters, source:"The Courier" or before:2024-06-01 beside the question.'
)
COMMANDS_HEADING: Final = translatable("You can also use:")
ADMIN_HEADING: Final = translatable("And because you are an admin:")
UNKNOWN_COMMAND: Final = translatable(
    "I don't know that command. /help shows what I can do, or simply ask me a question."
)
NO_TEXT: Final = translatable("I can only read text, sorry. Please write your question as a message.")
NO_EARS: Final = translatable(
    "I read text only, sorry: I quote word for word, and a word that I misheard would be another question. Please write"
    " yours as a message."
)
NO_EYES: Final = translatable(
    "I read text only, sorry: what pictures, videos and stickers show I cannot see, nor compare with articles. Please"
    " write your question as a message."
)
HOW_TO_ASK: Final = translatable("Write your question after the command, like this:\n/ask Who won the election?")
WHOSE_WORDS: Final = translatable(
    "Write a name after the command, and a subject if you like:\n/said Michel\n/said Michel about the border"
)
HOW_TO_ASK_FOR_A_TIMELINE: Final = translatable(
    "Name what it should be about after the command, like this:\n/timeline louvre heist"
)
HOW_TO_CHECK: Final = translatable(
    "Write what is to be checked after the command, or send /check as a reply to a message. I say of each quotation"
    " whether my articles have it, word for word:\n/check He said: “It was brokered by Moscow.”"
)
OFFER_TO_CHECK: Final = translatable("Shall I check whether what is quoted there is in my articles, word for word?")
HOW_TO_WATCH: Final = translatable(
    "Write what I should watch after the command: a question, a subject, or said and a name. When an article arrives"
    " that answers it, I send you the quote:\n/watch When will the bridge reopen?\n/watch louvre heist"
    "\n/watch said Michel"
)
NOTHING_WATCHED: Final = translatable(
    "I watch nothing here. Write /watch and a question, or tap “Tell me when there is more” under an answer."
)
WATCHES_HEADING: Final = translatable("What I watch here:")
WATCHED_TOAST: Final = translatable("I will tell you here when there is more. /watches lists all that I watch.")
RESTING: Final = translatable("paused")
CHANGE_IN_CHANNEL: Final = translatable(
    "To pause the first, to go on with it, or to delete it, post:\n/watches pause 1\n/watches resume 1"
    "\n/watches delete 1"
)
NO_SUCH_WATCH: Final = translatable("I don't watch that any more.")
WATCH_DELETED: Final = translatable("Deleted.")
WATCH_RESTS: Final = translatable("Paused.")
WATCH_GOES_ON: Final = translatable("I watch it again.")
FEWER: Final = translatable("I will be surer before I tell you of this again.")
ALERT_HEADING: Final = translatable("New on what you watch:")
ALERT_HEADING_IN_CHANNEL: Final = translatable("New on what is watched here:")
HOW_TO_BE_QUIET: Final = translatable(
    "Write the hours after the command, and your city or time zone if I don't know it yet, like this:\n"
    "/quiet 22-7 Europe/Prague\n/quiet 22:30-6:45\n/quiet off"
)
HOW_TO_GET_DIGESTS: Final = translatable(
    "Write when it should come, and your city or time zone if I don't know it yet, like this:\n"
    "/digest daily 8:00 Europe/Prague\n/digest weekly Mon 8:00\n/digest off\n/digest alone shows it now."
)
NO_DIGESTS: Final = translatable("No digests any more. /digest shows what came in whenever you like.")
NOT_QUIET: Final = translatable("There are no quiet hours: what you asked me to send comes when I have it.")
IN_UTC: Final = translatable("I count in UTC, as I don't know your time zone: add it, as in /quiet 22-7 Europe/Prague.")
CORRECTIONS_OFF_HINT: Final = translatable("/corrections off: no more of these")
LAST_CORRECTIONS: Final = translatable("Words that I quoted and that have changed since, the last ones first:")
NO_CORRECTIONS: Final = translatable("No words that I quoted lately have changed since.")
CORRECTIONS_ON: Final = translatable("I tell you when words that I quoted to you change. /corrections off ends that.")
CORRECTIONS_OFF: Final = translatable(
    "I don't tell you when words that I quoted to you change. With /corrections on I do."
)
HOW_TO_CORRECT: Final = translatable(
    "/corrections lists quotes whose articles changed later; /corrections off and /corrections on say whether I tell"
    " you when that happens to words that I quoted to you."
)
OR_READ_IT: Final = translatable("Or read it, so that you can ask me about it?")
OFFER_TO_READ: Final = translatable(
    "Shall I read what is there, so that you can ask me about it? It does not become one of my articles: only this chat"
    " is answered from it."
)
HAVE_READ: Final = translatable("I have read it:")
NOTHING_TO_READ: Final = translatable("I found no article there that I can read.")
ADMINS_ONLY: Final = translatable("That command is for this bot's admins only, sorry.")
BANNED: Final = translatable("An admin of this bot has decided that I don't answer you any more.")
WENT_WRONG: Final = translatable("Sorry, something went wrong on my side. Please try again in a moment.")
EDITED_AWAY: Final = translatable("You took your question back, so there is nothing to answer here.")

LESS_LIKELY: Final = translatable("Less likely to answer it, but close:")
WHICH_ONE: Final = translatable("Which one do you mean?")
ARTICLES_FOUND: Final = translatable("Articles I found, the likeliest first:")
NO_ARTICLES_FOUND: Final = translatable("I found no articles for it.")
FROM_ARTICLE: Final = translatable("This is how it begins:")
ASK_ABOUT_IT: Final = translatable("Ask me about it, or about anything else in the articles I have.")
AS_A_GUEST: Final = translatable(
    "Or mention me there, with a question or in reply to a message that I should check: I answer for all to see."
)
LINK_GONE: Final = translatable("What this link led to is gone. You can ask me a question, though.")

IN_ARTICLE_BUTTON: Final = translatable("See it in the article")
CONTEXT_BUTTON: Final = translatable("Context")
SAID_BUTTON: Final = translatable("All by")
MORE_BUTTON: Final = translatable("More")
ARTICLES_BUTTON: Final = translatable("Articles")
CLOSEST_BUTTON: Final = translatable("The closest I have")
WITHOUT_MARKS_BUTTON: Final = translatable("Without the quotation marks")
CHECK_BUTTON: Final = translatable("Check it")
READ_BUTTON: Final = translatable("Read it")
AS_TYPED_BUTTON: Final = translatable("Search my exact words")
WATCH_BUTTON: Final = translatable("Tell me when there is more")
LESS_BUTTON: Final = translatable("Less like this")
PAUSE_BUTTON: Final = translatable("Pause")
GO_ON_BUTTON: Final = translatable("Go on")
DELETE_BUTTON: Final = translatable("Delete")
UP_BUTTON: Final = "👍"
DOWN_BUTTON: Final = "👎"
PREVIOUS_BUTTON: Final = translatable("◀ Previous")
NEXT_BUTTON: Final = translatable("Next ▶")

DEAD_BUTTON: Final = translatable("This button no longer works. Please ask again.")

NO_SOURCES: Final = translatable("I have no articles yet, so there is nothing I could quote.")

GUEST_HOW_TO: Final = translatable(
    "Mention me with a question about the news, or in reply to a message that I should check."
)
GUEST_NOT_ALLOWED: Final = translatable("Sorry, I only answer people on my list.")
GUEST_ONE_AT_A_TIME: Final = translatable("I answer one question at a time here. Mention me again for the others.")
NOT_WORD_FOR_WORD: Final = translatable("Not word for word in my articles. This is what they say about it:")

INLINE_HINT: Final = translatable("Type a whole question")
INLINE_NOTHING: Final = translatable("No article answers that. Ask me directly")
INLINE_MORE: Final = translatable("Ask me directly")


def inline_wait(seconds: int | None) -> str:
    """Return why nothing is offered inline right now; the label of a button, so it must be short."""
    if seconds is None:
        return translated("I am very busy: please try again soon")
    return translated("That was too fast: try again in {seconds}").format(
        seconds=counted("{count} second", "{count} seconds", seconds)
    )


def too_long() -> str:
    """Return what to do about a question that is too long."""
    return translated(
        "That is a long one! Please shorten your question to at most {limit} characters;"
        " one question at a time works best."
    ).format(limit=number(LONGEST_QUESTION))


def quiet(hours: str, zone: str | None) -> str:
    """Say when nothing comes unasked, and by which clock."""
    words = translated("Quiet from {hours}: nothing comes unasked then; what waits comes afterwards.").format(
        hours=hours
    )
    clock = translated("Time zone: {zone}.").format(zone=zone) if zone is not None else translated(IN_UTC)
    return f"{words}\n{clock}"


def digest_scheduled(schedule: Schedule, zone: str | None) -> str:
    """Say when digests come, and by which clock."""
    at = f"{schedule.at:%H:%M}"
    if schedule.weekday is None:
        words = translated("A digest comes every day at {time}, if anything came in.").format(time=at)
    else:
        day = weekday(schedule.weekday)
        words = translated("A digest comes every {day} at {time}, if anything came in.").format(day=day, time=at)
    in_utc = translatable(
        "I count in UTC, as I don't know your time zone: add it, as in /digest daily 8:00 Europe/Prague."
    )
    clock = translated("Time zone: {zone}.").format(zone=zone) if zone is not None else translated(in_utc)
    return f"{words}\n{clock}"


def brought_for() -> str:
    """Return for whom, and how long, an article is there that was brought."""
    return translated(
        "Ask me about it. Only this chat is answered from it, for {hours} hours; /forget deletes it at once."
    ).format(hours=_brought_hours())


def _brought_hours() -> str:
    return number(LIFE.total_seconds() // 3600)


def watching(words: str) -> str:
    """Say what is watched from now on."""
    return translated(
        "I watch “{words}”: when an article arrives that answers it, I send the quote here. /watches lists all that I"
        " watch."
    ).format(words=words)


def too_much_watched(most: int) -> str:
    """Say that nothing more can be watched in a chat."""
    return translated(
        "I watch {count} questions here, which is as many as I can. /watches lets you delete some."
    ).format(count=number(most))


def not_allowed(asker_id: int) -> str:
    """Return a polite refusal, with what an admin needs to change it."""
    return translated("Sorry, I only answer people on my list; an admin can add you with your id, {id}.").format(
        id=asker_id
    )


def in_groups(bot_name: str) -> str:
    """Return how to reach the bot in a group."""
    return translated(
        "In a group, mention @{name}, reply to one of my messages, or use /ask. In any other chat, type @{name}"
        " and a question to send a quote there."
    ).format(name=bot_name)


def example_button(position: int) -> str:
    """Return the label of the button that asks an example."""
    return translated("Ask {number}").format(number=number(position))


def sources_heading(total: int) -> str:
    """Return the first line of the list of sources."""
    return counted("I can quote {count} article.", "I can quote {count} articles.", total)


def narrowed_by(words: str) -> str:
    """Return the line that says by which words a list is narrowed."""
    return translated("With “{words}” in the title or source.").format(words=words)


def none_found(words: str) -> str:
    """Say that these words match nothing in a list."""
    return translated("No article has “{words}” in its title or source. /sources alone lists them all.").format(
        words=words
    )


def page(current: int, last: int) -> str:
    """Return which page of a list is shown."""
    return translated("Page {page} of {pages}.").format(page=number(current), pages=number(last))


YES_FORGET: Final = translatable("Yes, delete it")
NO_KEEP: Final = translatable("No, keep it")
ASK_FORGET: Final = translatable(
    "Shall I delete everything I keep about you: your questions here and in groups, my answers to them, your votes,"
    " and what you have set in this chat? It cannot be undone, and buttons under my earlier answers will stop working."
)
FORGOTTEN: Final = translatable("Done. I have deleted your questions, my answers to them and your votes.")
KEPT: Final = translatable("All right, nothing was deleted.")
NOT_YOURS: Final = translatable(
    "That was asked by somebody else. Send /forget yourself to delete what I keep about you."
)
BUSY: Final = translatable(
    "Sorry, more people are asking right now than I can answer, so I have not read your question. Please ask again in"
    " a minute."
)


def too_many(limit: int, wait_seconds: int) -> str:
    """Say that one person asked too much, and how long to wait."""
    return translated(
        "That was more than {limit} questions in a minute, which is as fast as I read for one person. Please ask"
        " again in {seconds}."
    ).format(limit=number(limit), seconds=counted("{count} second", "{count} seconds", wait_seconds))


def _given_to_others(language_model: str | None) -> str:
    if language_model is None:
        return translated(
            "I do not keep your name, your picture or anything you say to others, nor what you type behind my name"
            " or ask me in chats that I am no member of, and my logs hold no words of yours. Nothing is given to"
            " anybody else or used for anything else; the people who run this bot can see questions and votes to"
            " make it better."
        )
    return translated(
        "I do not keep your name, your picture or anything you say to others, nor what you type behind my name or ask"
        " me in chats that I am no member of, and my logs hold no words of yours. To understand your messages I send"
        " them, what was said just before and sentences of articles to the language model {model}, which the people who"
        " run this bot have chosen, without your name or number. Nothing else is given to anybody else or used for"
        " anything else; the people who run this bot can see questions and votes to make it better."
    ).format(model=language_model)


def privacy(retention_days: int, language_model: str | None = None, *, in_hours: int = 48) -> str:
    """Return what is stored, why and for how long, and what is sent to a language model, if there is one. Keep it true:
    see the tables in `bot/store`, and `bot/adapters/llm/prompts.py`."""
    retention = counted("{count} day", "{count} days", retention_days)
    return "\n".join(
        (
            translated("What I keep, and for how long:"),
            translated(
                "• Your questions, what I understood them as, my answers and which message each is in, so that you can"
                " ask follow-up questions, edit a question and use the buttons: {days}."
            ).format(days=retention),
            translated(
                "• That I told you of a change to words that I had quoted to you: as long as the answer with the quote."
            ),
            translated("• Your 👍 and 👎, with your Telegram number: {days}.").format(days=retention),
            translated(
                "• A message of yours that I have not answered yet, as Telegram sent it, your name and the message that"
                " it replies to included: until it is answered."
            ),
            translated(
                "• The numbers of your message, your account, this chat and my answer, so that nothing is answered"
                " twice: {hours} hours."
            ).format(hours=number(in_hours)),
            translated(
                "• What you have me watch, with your Telegram number: until you delete it, or until /forget. What I"
                " told you of it: {days}."
            ).format(days=retention),
            translated(
                "• What this chat has set for itself (language, time zone, quiet hours, what I may send unasked): until"
                " it is changed, or until /forget. That I sent something unasked: {days}."
            ).format(days=retention),
            translated("• An article that you had me read, if I may: {hours} hours.").format(hours=_brought_hours()),
            translated(
                "• Which articles had come in when this chat got its last digest: until the next one. That it got one:"
                " {days}."
            ).format(days=retention),
            translated(
                "• If an admin tells me not to answer you, your Telegram number: until that is lifted. What admins tell"
                " me to do, with their number."
            ),
            "",
            _given_to_others(language_model),
            "",
            translated("/new makes me leave out what we talked about. /forget deletes everything about you."),
        )
    )
