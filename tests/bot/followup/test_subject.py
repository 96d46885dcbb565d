"""What a chat is about, as far as a message leans on it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from bot.conversation import SAID_ELSEWHERE, Turn
from bot.followup.subject import Subject, named_in, phrase_of, subject_of
from index import Article

_CRASH = Turn("tram crash brno", "tram crash brno", SAID_ELSEWHERE, "Two trams collided at the main station.")
_HURT = Turn("how many hurt", "tram crash brno – how many hurt", SAID_ELSEWHERE, "twelve people")


def _rarity(term: str) -> float:
    return 1.0 if term in ("brnoo", "hapen") else len(term) / 20


def test_a_message_that_leans_takes_the_words_asked_and_answered_with() -> None:
    subject = subject_of("and the driver", [_CRASH, _HURT], 0.9, _rarity)

    shares = dict(subject.terms)
    assert shares["tram"] == shares["twelv"] == 1.0
    assert shares["station"] == pytest.approx(0.4)
    assert subject.said == "how many hurt – twelve people – "
    assert subject.shown == "tram crash brno"


def test_words_of_what_was_quoted_count_less_than_those_of_the_answer() -> None:
    quotes = (
        "Two trams collided at the main station.",
        *(f"It was driver {word}." for word in "abcd"),
        "A sixth bell.",
    )
    turn = replace(_CRASH, quotes=quotes, answer="Two trams")

    shares = dict(subject_of("why", [turn], 1.0, _rarity).terms)

    assert (shares["two"], shares["station"], shares["driver"]) == (1.0, 0.5, 0.5)
    assert "bell" not in shares


def test_the_less_likely_it_leans_the_less_they_count() -> None:
    shares = [dict(subject_of("and?", [_CRASH], chance, _rarity).terms)["tram"] for chance in (0.1, 0.2, 0.4, 0.5, 1.0)]

    assert all(less < more for less, more in pairwise(shares[:4]))
    assert shares[3] == shares[4] == 1.0


@pytest.mark.parametrize(("turns", "chance"), [([], 1.0), ([_CRASH], 0.05)])
def test_nothing_is_taken_where_nothing_was_said_or_the_message_hardly_leans(turns: list[Turn], chance: float) -> None:
    assert subject_of("who won the cup", turns, chance, _rarity) == Subject()


def test_nothing_is_shown_to_a_message_that_says_it_all_itself() -> None:
    assert subject_of("was the tram crash in brno bad", [_CRASH], 1.0, _rarity).shown == ""


def test_a_long_chain_keeps_what_was_asked_in_full() -> None:
    since = [Turn(f"and the {word}", f"and the {word}", SAID_ELSEWHERE) for word in ("mayor", "bus", "bill", "cook")]

    terms = dict(subject_of("why", [_CRASH, *since], 1.0, _rarity).terms)

    assert {"tram", "bus", "bill", "cook"} <= terms.keys()
    assert "mayor" not in terms


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("what hapened in the tram crash in Brno?", "the tram crash in Brno"),
        ("Who is Armenia’s prime minister?", "Armenia’s prime minister"),
        ("anything on the tram crash brnoo", "the tram crash brnoo"),
        ("hi, im new here. what exactly did the mayor of Brno open", "the mayor of Brno"),
        ("latest on the ferry strike pls, i was away", "the ferry strike"),
        ("what happened", ""),
        ("", ""),
    ],
)
def test_a_question_is_about_a_few_of_its_words(question: str, phrase: str) -> None:
    assert phrase_of(question, _rarity) == phrase


def test_a_phrase_prefers_what_the_article_says_it_is_about() -> None:
    question = "did the tram company say how the fire at the depot began"

    assert (
        phrase_of(question, _rarity, "Fire destroys depot. A fire broke out on Sunday.")
        == "the fire at the depot began"
    )
    assert phrase_of(question, _rarity, "Tram company fined. The company paid.") == "the tram company"


def test_where_no_question_tells_the_answer_does() -> None:
    asked = Turn("what happened?", "what happened?", SAID_ELSEWHERE, "The bridge fell.")

    assert subject_of("what happened next", [asked], 1.0, _rarity).shown == "The bridge fell"


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("civilians too?", "Tram company fined"),
        ("how many people died", "Tram company fined"),
        ("fined?", "fined"),
        ("brno", "brno"),
        ("the mayor and the driver", "the mayor and the driver"),
    ],
)
def test_a_title_says_what_a_chat_is_about_where_a_question_is_a_word_that_names_nobody(
    question: str, shown: str
) -> None:
    article = Article("a", "Tram company fined after crash", "Two civilians died, said the mayor of Brno.")

    assert subject_of("and why", [Turn(question, question, SAID_ELSEWHERE)], 1.0, _rarity, article).shown == shown


def test_a_chat_is_about_what_was_first_asked_in_full_and_what_was_answered() -> None:
    driver = Turn("and the driver", "and the driver", SAID_ELSEWHERE, "Jana Malik")

    assert named_in([_CRASH, driver], lambda term: 0.1 if term == "jana" else 0.8) >= {"tram", "crash", "brno", "malik"}
    assert named_in([_CRASH, driver], lambda term: 0.1 if term == "jana" else 0.8).isdisjoint({"jana", "driver", "at"})
