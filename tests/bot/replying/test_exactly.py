"""Words between quotation marks are searched as they stand."""

import pytest

from bot.answering import Answer, Refusal, RefusalReason
from bot.query.kinds import MessageKind
from bot.replying.exactly import exact_phrases
from tests.bot.test_dialogue import Bot, bot

__all__ = ["bot"]


@pytest.mark.parametrize(
    ("message", "phrases"),
    [
        ('"use both lanes"', ("use both lanes",)),
        ("“use both lanes”", ("use both lanes",)),
        ("„use both lanes“ who said", ("use both lanes",)),
        ('mayor "opened it again" bridge', ("opened it again",)),
        ('"both lanes" "the council"', ("both lanes", "the council")),
        ('Who said "use both lanes"?', ("use both lanes",)),
        ('Who directed the film "Barbie" with Ryan Gosling?', ()),
        ("who opened the bridge", ()),
        ('a stray " mark', ()),
        ('"?!"', ()),
        ("don't say 'both lanes'", ()),
    ],
)
def test_what_stands_between_marks_is_a_phrase_unless_it_names_something_in_a_question(
    message: str, phrases: tuple[str, ...]
) -> None:
    assert exact_phrases(message) == phrases


@pytest.mark.parametrize("message", ['"use both lanes"', '"USE  both lanes"', 'articles with "use both lanes"'])
def test_a_phrase_is_answered_with_the_sentences_that_hold_it(bot: Bot, message: str) -> None:
    outcome = bot.ask(message).outcome

    assert isinstance(outcome, Answer)
    (citation,) = outcome.citations
    (place,) = citation.highlights
    at = citation.quote.span.start
    assert citation.quote.text == "Cyclists may use both lanes."
    assert citation.quote.text[place.start - at : place.end - at] == "use both lanes"


def test_other_words_of_the_message_choose_among_what_holds_the_phrase(bot: Bot) -> None:
    outcome = bot.ask('ferry "on sunday" stops').outcome

    assert isinstance(outcome, Answer)
    assert "on Sunday" in outcome.citations[0].quote.text


@pytest.mark.parametrize("message", ['"use both lines"', '"lanes both use"', 'bridge "use both lines"'])
def test_a_phrase_that_no_article_holds_is_refused_and_searched_without_its_marks_on_request(
    bot: Bot, message: str
) -> None:
    reply = bot.ask(message)

    assert reply.outcome == Refusal(RefusalReason.NO_SUCH_PHRASE, 0.0, (), ())
    assert isinstance(bot.dialogue.reply("c", message, literally=True).outcome, Answer)


def test_a_headline_between_marks_still_shows_its_article(bot: Bot) -> None:
    reply = bot.ask('What is said about "Old bridge opens again"?')

    assert reply.citations[0].quote.text.startswith("The old bridge was closed for two years.")


def test_a_phrase_is_searched_within_the_scope_only(bot: Bot) -> None:
    reply = bot.ask('"use both lanes" before:2024-05-01')

    assert (reply.outcome, reply.kind in MessageKind) == (Refusal(RefusalReason.NO_SUCH_PHRASE, 0.0, (), ()), True)
