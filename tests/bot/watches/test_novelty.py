"""What a quote tells that was not told before."""

from datetime import UTC, datetime

import pytest

from bot.watches.novelty import novelty_of
from bot.watches.watch import HIGHEST_BAR, LOWEST_BAR, lowered, new_watch, raised, watched_words

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
_TOLD = "The fire killed 12 people in the old town, the mayor said on Monday."


@pytest.mark.parametrize(
    ("quote", "new", "is_news"),
    [
        (_TOLD, [], False),
        ("On Monday the mayor said that the fire in the old town killed 12 people.", [], False),
        ("The fire killed 15 people in the old town.", ["15"], True),
        ("The mayor said Ada Brook had warned of a fire.", ["Ada Brook had warned"], True),
        ("The fire was terrible.", ["terrible"], False),
        ("The fire began in a kitchen of wood, gas leaked.", ["began in a kitchen of wood, gas leaked"], True),
    ],
)
def test_new_words_and_figures_are_marked_and_old_ones_are_no_news(quote: str, new: list[str], is_news: bool) -> None:
    found = novelty_of(quote, [_TOLD])
    assert ([span.slice(quote) for span in found.spans], found.is_news) == (new, is_news)


def test_figures_that_were_told_of_other_things_are_news_of_this_one() -> None:
    told = [
        "The school will open again on 4 May.",
        "The market will open again on 5 June.",
        "The bridge opens on 4 July.",
    ]
    quote = "The market will open again on 4 July."
    found = novelty_of(quote, told, about=["market"])
    assert ([span.slice(quote) for span in found.spans], found.is_news) == (["4 July"], True)
    assert novelty_of("On 4 July the bridge opens.", told, about=["bridg"]).is_news is False


def test_all_of_a_quote_is_news_where_nothing_was_told() -> None:
    assert (novelty_of(_TOLD, []).spans, novelty_of(_TOLD, []).is_news) == ((), True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", None),
        ("  When does\n it open? ", ("When does it open?", False)),
        ("said Nora Vale", ("/said Nora Vale", True)),
        ("Said nothing", ("/said nothing", True)),
        ("saidnaya prison", ("saidnaya prison", False)),
        ("said", ("said", False)),
    ],
)
def test_a_watch_is_a_question_a_subject_or_what_somebody_says(typed: str, words: tuple[str, bool] | None) -> None:
    assert watched_words(typed) == words


def test_what_is_watched_is_shown_as_people_say_it() -> None:
    assert new_watch("tg:7", 0, "/said Nora Vale about tickets", NOON).shown == "What did Nora Vale say about tickets?"
    assert new_watch("tg:7", 0, "louvre  heist", NOON).shown == "louvre heist"


def test_a_bar_moves_with_votes_and_stays_within_bounds() -> None:
    high = low = 0.0
    for _ in range(20):
        high, low = raised(high), lowered(low)
    assert (raised(0.0), lowered(raised(0.0)), high, low) == (0.15, 0.1, HIGHEST_BAR, LOWEST_BAR)
