"""What the bot says around a digest in its own voice, wherever it is shown."""

from typing import Final

from bot.adapters import translation
from bot.adapters.translation import counted, translatable, translated
from bot.digests import CorrectedWords, Digest, ToldStory

NOTHING_NEW: Final = translatable("Nothing new came in.")
CORRECTED: Final = translatable("Corrected")
DROPPED: Final = translatable("These words are not in the article any more:")
CHANGED: Final = translatable("These words were changed:")
NOW: Final = translatable("Now it says:")
ON_YOUR_WATCH: Final = translatable("on what you watch")
ON_A_PAGE: Final = translatable("On a page")
AS_FEED: Final = translatable("As a feed")
_NAMED: Final = 4


def heading(digest: Digest) -> str:
    """Return what a digest is of: a day, or the days from one to another."""
    if digest.period.first.date() == digest.period.end.date():
        return translated(translatable("What came in on {day}")).format(day=day_of(digest))
    first = translation.day_before(digest.period.first, digest.period.end)
    end = translation.day(digest.period.end)
    return translated(translatable("What came in, {first} to {end}")).format(first=first, end=end)


def day_of(digest: Digest) -> str:
    """Return the day that a digest begins on."""
    return translation.day(digest.period.first)


def summary(digest: Digest) -> str:
    """Return how much it is."""
    stories = counted("{count} story", "{count} stories", len(digest.told) + digest.n_left_out)
    articles = counted("{count} article", "{count} articles", digest.n_articles)
    return f"{stories} · {articles}"


def told_by(one: ToldStory) -> str:
    """Return who tells a story, and how many others; the outlet alone where only one does; "" where that is not
    known."""
    sources = one.story.sources
    names = [name for name in sources if name][:_NAMED]
    if len(sources) < 2:
        return "".join(names)
    others = len(sources) - len(names)
    named = ", ".join(names) + (f" +{translation.number(others)}" if names and others else "")
    counted_sources = counted("{count} source", "{count} sources", len(sources))
    return f"{counted_sources}: {named}" if named else counted_sources


def heading_of_story(one: ToldStory) -> str:
    """Return what stands above a story among others: who tells it, where several do; nothing else."""
    return told_by(one) if len(one.story.sources) > 1 else ""


def more(count: int) -> str:
    """Return the label of what shows the stories behind the first screen."""
    return counted("{count} more story", "{count} more stories", count)


def left_out(count: int) -> str:
    """Return how many stories a digest does not tell at all."""
    return counted("{count} smaller story is left out.", "{count} smaller stories are left out.", count)


def what_became(one: CorrectedWords) -> str:
    """Return what stands above words that were corrected."""
    return translated(DROPPED if one.now is None else CHANGED)
