"""What the bot says to its admins about the articles that it takes in and out."""

from collections.abc import Sequence
from typing import Final

from bot.adapters.telegram.admin_texts import articles
from bot.adapters.translation import counted, minute, number, translatable, translated
from bot.admin.console import Kept

ADD_HOW: Final = translatable(
    "Write the addresses of web pages after the command, as in:\n/add https://news.example/story\nOr, in a private"
    " chat, send me a document, or forward a message to me."
)
FETCHING: Final = translatable("Reading what is there…")
ADDING: Final = translatable("Adding it to the articles…")
NOTHING_NEW: Final = translatable("I have all of that already, in these words.")
NOT_MY_OWN: Final = translatable("Those are my own words, and I don't quote myself.")
REMOVE_HOW: Final = translatable("Write an article's id, or words of its title, after the command: /remove old bridge")
WHICH_TO_REMOVE: Final = translatable("Which one shall I take out?")
ASK_TO_REMOVE: Final = translatable("Shall I take this article out? I won't quote it any more.")
REMOVING: Final = translatable("Taking it out…")
REMOVED: Final = translatable("Taken out:")
STAYS_AWAY: Final = translatable(
    "No feed brings it back. If it is a file among the articles that /reload reads, delete that as well."
)
SNAPSHOTS: Final = translatable("What I keep, the newest first:")
IN_SERVICE: Final = translatable("in service")
NO_EARLIER: Final = translatable("There is nothing earlier to go back to.")
ROLLING_BACK: Final = translatable("Going back…")


def too_many_addresses(most: int) -> str:
    """Somebody has a whole list."""
    return translated("Please name {most} addresses at most in one message.").format(most=number(most))


def too_large(megabytes: int) -> str:
    """A document that Telegram does not hand to bots."""
    return translated("That is too large: I can take documents of up to {size} MB.").format(size=number(megabytes))


def no_article() -> str:
    """The heading of why a document or message cannot be taken in."""
    return translated("I can't make an article of that:")


def ask_to_add(count: int) -> str:
    """The question before a document or message is taken in."""
    return counted("Shall I add this article?", "Shall I add these {count} articles?", count)


def not_added(why: str) -> str:
    """Nothing came of it."""
    return translated("Not added: {why}").format(why=why)


def kept_for_later(why: str) -> str:
    """The index is being built elsewhere just now; what came is safe."""
    return translated(
        "Not in service yet: {why}\nWhat I read is kept, and the next change or /reload takes it in."
    ).format(why=why)


def none_found(words: str) -> str:
    """Nothing to remove."""
    return translated("No article has the id “{words}” or any of that in its title. /sources lists them.").format(
        words=words
    )


def not_removed(why: str) -> str:
    """Everything is as it was."""
    return translated("Not taken out: {why}").format(why=why)


def in_service_now(count: int) -> str:
    """How many articles there are after a change."""
    return translated("In service now: {articles}.").format(articles=articles(count))


def and_more(count: int) -> str:
    """What a list leaves out."""
    return translated("and {count} more").format(count=number(count))


def snapshot(kept: Kept) -> str:
    """A snapshot in one line."""
    line = translated("{name}, built {time}: {articles}").format(
        name=kept.name, time=minute(kept.built_at), articles=articles(kept.articles)
    )
    return f"{line} · {translated(IN_SERVICE)}" if kept.in_service else line


def ask_to_roll_back(to: Kept) -> str:
    """The question before an earlier snapshot is put in service."""
    return translated(
        "Shall I go back to {name}, with {articles}? /rollback again goes back further; /reload reads everything anew."
    ).format(name=to.name, articles=articles(to.articles))


def rolled_back(to: Kept) -> str:
    """Done."""
    return translated("In service now: {snapshot}").format(snapshot=snapshot(to))


def not_rolled_back(why: str) -> str:
    """Everything is as it was."""
    return translated("Not rolled back: {why}").format(why=why)


def shortened(ids: Sequence[str], most: int = 8) -> str:
    """Ids in a line, for the record of what admins do; in English, as all of it."""
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return f"{', '.join(ids[:most])}{more}"
