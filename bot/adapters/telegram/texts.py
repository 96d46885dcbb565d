"""Every sentence the bot says on Telegram in its own voice, in one place. None of them is about the news."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.adapters.wording import day
from bot.newsroom import Stats, Status
from index.building import BuildProgress, BuildReport

LONGEST_QUESTION: Final = 1_000
_LISTED_IDS: Final = 8
_LISTED_SKIPS: Final = 10

READER_COMMANDS: Final = (
    ("ask", "Ask a question about the news"),
    ("sources", "See the articles I can quote"),
    ("new", "Start afresh: forget what we talked about"),
    ("help", "How this works"),
    ("privacy", "What I keep about you"),
    ("forget", "Delete what I keep about you"),
)
ADMIN_COMMANDS: Final = (
    ("reload", "Read the articles again"),
    ("status", "What is in service"),
    ("stats", "Figures of the last seven days"),
)

WHAT_I_DO: Final = (
    "I answer questions about news articles by quoting them, word for word, and I show you where each quote"
    " comes from. I write nothing of my own, so I can't make anything up. When no article answers, I say so."
)
EXAMPLES: Final = "Just ask in your own words, for example:"
FALLBACK_EXAMPLES: Final = ("Who won the election?", "How many people were hurt in the earthquake?")
FOLLOW_UPS: Final = "Then ask on, as you would with a person: “And in August?”, “Who is she?”"
COMMANDS_HEADING: Final = "You can also use:"
ADMIN_HEADING: Final = "And because you are an admin:"
UNKNOWN_COMMAND: Final = "I don't know that command. /help shows what I can do, or simply ask me a question."
NO_TEXT: Final = "I can only read text, sorry. Please write your question as a message."
HOW_TO_ASK: Final = "Write your question after the command, like this:\n/ask Who won the election?"
TOO_LONG: Final = (
    f"That is a long one! Please shorten your question to at most {LONGEST_QUESTION:,} characters;"
    " one question at a time works best."
)
ADMINS_ONLY: Final = "That command is for this bot's admins only, sorry."
WENT_WRONG: Final = "Sorry, something went wrong on my side. Please try again in a moment."

LESS_LIKELY: Final = "Less likely to answer it, but close:"

CONTEXT_BUTTON: Final = "Context"
MORE_BUTTON: Final = "More"
CLOSEST_BUTTON: Final = "The closest I have"
UP_BUTTON: Final = "👍"
DOWN_BUTTON: Final = "👎"
PREVIOUS_BUTTON: Final = "◀ Previous"
NEXT_BUTTON: Final = "Next ▶"

DEAD_BUTTON: Final = "This button no longer works. Please ask again."

NO_SOURCES: Final = "I have no articles yet, so there is nothing I could quote."

RELOADING: Final = "Reading the articles…"
ALREADY_RELOADING: Final = "A reload is already running. Please wait for it to finish."
RELOAD_BROKE: Final = "The reload failed unexpectedly; the log says more. /status shows what is in service."


def not_allowed(asker_id: int) -> str:
    """A polite no, with what an admin needs to change it."""
    return f"Sorry, I only answer people on my list; an admin can add you with your id, {asker_id}."


def in_groups(bot_name: str) -> str:
    """How to reach the bot where others talk too."""
    return f"In a group, mention @{bot_name}, reply to one of my messages, or use /ask."


def example_about(title: str) -> str:
    """A question that the article of this title should answer."""
    return f"What is said about “{title.strip()}”?"


def sources_heading(total: int) -> str:
    """The first line of the list of sources."""
    return f"I can quote {_count(total, 'article')}."


def progress(at: BuildProgress) -> str:
    """How far a reload is, for a message that is edited as it goes."""
    if not at.passages_total:
        return f"Reading the articles: {at.articles:,} so far…"
    percent = 100 * at.passages_done // at.passages_total
    return (
        f"{_count(at.articles, 'article')} read. Indexing: {at.passages_done:,} of"
        f" {at.passages_total:,} passages ({percent}%)…"
    )


def reloaded(report: BuildReport) -> str:
    """What a reload changed."""
    lines = [
        f"Reloaded in {report.seconds:.1f} seconds: {_count(report.articles, 'article')},"
        f" {_count(report.passages, 'passage')} in service.",
        _changes("Added", report.added),
        _changes("Changed", report.changed),
        _changes("Removed", report.removed),
        f"Skipped: {len(report.skipped):,}" if report.skipped else "Skipped: none",
    ]
    lines += [f"• {skipped.name}: {skipped.reason}" for skipped in report.skipped[:_LISTED_SKIPS]]
    if len(report.skipped) > _LISTED_SKIPS:
        lines.append(f"• and {len(report.skipped) - _LISTED_SKIPS:,} more")
    return "\n".join(lines)


def not_reloaded(why: str) -> str:
    """A reload that failed and changed nothing."""
    return f"Not reloaded: {why}\nThe index from before stays in service, and I go on answering from it."


def status(now: Status) -> str:
    """What is in service."""
    return "\n".join(
        (
            f"In service: {_count(now.articles, 'article')}, {_count(now.passages, 'passage')}",
            f"Snapshot: {now.snapshot}, built {_minute(now.built_at)}",
            f"Embedding model: {now.embedding_model}",
            f"Reader: {now.reader}",
            f"Reload running: {'yes' if now.reloading else 'no'}",
            f"Running since {_minute(now.started_at)}",
        )
    )


def stats(figures: Stats) -> str:
    """What was asked, how it went and how fast."""
    since = f"Since {day(figures.since)}:"
    if not figures.questions:
        return f"{since} no questions."
    return "\n".join(
        (
            f"{since} {_count(figures.questions, 'question')} in {_count(figures.conversations, 'conversation')}",
            f"Answered: {figures.answered:,} ({100 * figures.answered / figures.questions:.0f}%)",
            f"Not answered: {figures.refused:,}",
            f"Votes: {UP_BUTTON} {figures.votes_up:,}  {DOWN_BUTTON} {figures.votes_down:,}",
            f"Time to reply: half within {figures.p50_ms:.0f} ms, 95% within {figures.p95_ms:.0f} ms",
        )
    )


def _changes(label: str, ids: tuple[str, ...]) -> str:
    if not ids:
        return f"{label}: none"
    return f"{label}: {len(ids):,} ({_shortened(ids)})"


def _shortened(ids: tuple[str, ...]) -> str:
    shown: Iterable[str] = ids[:_LISTED_IDS]
    more = len(ids) - _LISTED_IDS
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _minute(moment: datetime) -> str:
    return f"{day(moment)}, {moment:%H:%M %Z}".rstrip()
