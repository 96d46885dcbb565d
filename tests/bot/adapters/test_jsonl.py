"""JSON lines in and out: the shapes that scripts rely on."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.adapters.jsonl import AskedQuestion, ask, read_questions, reply_as_json
from bot.answering import Answer, Block, Refusal, RefusalReason, Remark
from bot.conversation import Turn
from bot.dialogue import Dialogue
from bot.errors import InvalidQuestion
from bot.query.kinds import MessageKind, Topic
from bot.query.operators import Scope
from bot.query.spelling import Correction
from index import Hit, Passage, Span
from tests.bot.examples import BRIDGE, COST, FERRY, LAST_FERRY, OPENED, answer, refusal

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _read(*questions: object) -> list[AskedQuestion]:
    return list(read_questions(json.dumps(question) for question in questions))


def test_a_question_needs_no_more_than_its_words() -> None:
    assert _read({"question": "Who?"}) == [AskedQuestion(None, "Who?", (), Scope())]


def test_a_question_may_say_where_to_look_and_what_came_before() -> None:
    (asked,) = _read(
        {
            "id": 7,
            "question": "And when?",
            "history": [
                {
                    "question": "Who opened the bridge?",
                    "answer": "Ada Brook",
                    "citations": [{"article": "bridge", "start": 0, "end": 3, "quote": "Ada Brook opened it."}],
                },
                "Was that in May?",
            ],
            "articles": ["bridge", 12],
            "before": "2024-06-01",
            "asked_on": "2024-06-02",
            "sources": ["The Courier"],
            "whatever": "else",
        }
    )

    assert asked == AskedQuestion(
        id=7,
        question="And when?",
        history=(
            Turn(
                "Who opened the bridge?",
                "Who opened the bridge?",
                _LONG_AGO,
                "Ada Brook",
                ("Ada Brook opened it.",),
                ("bridge",),
            ),
            Turn("Was that in May?", "Was that in May?", _LONG_AGO),
        ),
        scope=Scope(frozenset({"bridge", "12"}), date(2024, 6, 1), date(2024, 6, 2), frozenset({"The Courier"})),
    )


def test_null_restricts_nothing_and_an_empty_list_everything() -> None:
    anywhere, nowhere = _read(
        {"question": "Who?", "articles": None, "before": None, "history": None}, {"question": "Who?", "articles": []}
    )

    assert (anywhere.scope, nowhere.scope) == (Scope(), Scope(frozenset()))


def test_empty_lines_are_passed_over_but_counted() -> None:
    questions = read_questions(["\n", '{"question": "Who?"}\n', "  \n", "nonsense\n"])

    assert next(questions).question == "Who?"
    with pytest.raises(InvalidQuestion, match=r"^line 4 is not a question"):
        next(questions)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "5",
        "[]",
        "{}",
        '{"question": null}',
        '{"question": ["Who?"]}',
        '{"question": "Who?", "before": "yesterday"}',
        '{"question": "Who?", "before": 2024}',
        '{"question": "Who?", "articles": 5}',
        '{"question": "Who?", "history": 5}',
        '{"question": "Who?", "history": [5]}',
        '{"question": "Who?", "history": [{"answer": "Ada"}]}',
        '{"question": "Who?", "history": [{"question": 5}]}',
        '{"question": "Who?", "history": [{"question": "Where?", "citations": 5}]}',
        '{"question": "Who?", "history": [{"question": "Where?", "citations": [{"article": "bridge"}]}]}',
        '{"question": "Who?", "history": [{"question": "Where?", "citations": [{"article": 1, "quote": "It."}]}]}',
    ],
)
def test_a_line_that_is_no_question_is_named(line: str) -> None:
    with pytest.raises(InvalidQuestion, match=r'^line 1 is not a question .*"question": "\.\.\."$'):
        list(read_questions([line]))


def test_an_answer_has_the_agreed_shape() -> None:
    quoted = {"article": "bridge", "revision": BRIDGE.revision, "score": 0.87}

    assert reply_as_json(answer()) == {
        "kind": "fact",
        "resolved_question": "the old bridge – Who opened it?",
        "answered": True,
        "confidence": 0.87,
        "answer": "Ada Brook",
        "reason": None,
        "citations": [
            {**quoted, "start": 41, "end": 93, "quote": OPENED.quote.text},
            {**quoted, "start": 123, "end": 173, "quote": COST.quote.text},
        ],
        "passages": [],
        "timings_ms": {"retrieve": 12.5, "read": 20.0},
    }


def test_the_parts_of_a_composed_answer_are_told_with_its_kind() -> None:
    plain = answer()
    assert isinstance(plain.outcome, Answer)
    blocks = (Block("The Courier", (1,)), Block("What it cost", (2,)))
    composed = replace(plain, kind=MessageKind.SIDES, outcome=replace(plain.outcome, blocks=blocks))

    assert reply_as_json(composed) == {
        **reply_as_json(plain),
        "kind": "sides",
        "blocks": [{"heading": "The Courier", "citations": [1]}, {"heading": "What it cost", "citations": [2]}],
    }


def test_words_put_right_are_told_where_there_were_any() -> None:
    corrected = replace(refusal(), corrected=(Correction("fery", "ferry"),))

    assert reply_as_json(corrected) == {
        **reply_as_json(refusal()),
        "corrections": [{"typed": "fery", "meant": "ferry"}],
    }


def test_a_refusal_tells_its_reason_and_what_it_would_have_quoted() -> None:
    fields = reply_as_json(refusal())

    quote: dict[str, Any] = {"article": "ferry", "revision": FERRY.revision, "start": 0, "end": len(FERRY.text)}
    expected = {**quote, "quote": FERRY.text, "score": 0.87}
    assert (fields["answered"], fields["answer"], fields["confidence"]) == (False, None, 0.08)
    assert (fields["reason"], fields["citations"]) == ("on the topic, but not answered", [expected])


def test_a_remark_tells_what_was_spoken_of_and_quotes_nothing() -> None:
    fields = reply_as_json(replace(refusal(), kind=MessageKind.SMALL_TALK, outcome=Remark(Topic.THANKS)))

    assert (fields["kind"], fields["answered"], fields["confidence"]) == ("small_talk", False, 0.0)
    assert (fields["reason"], fields["citations"]) == ("not about the news: thanks", [])


def test_passages_are_told_with_their_place_and_score() -> None:
    hit = Hit(Passage("bridge", Span(3, 20), (Span(3, 20),)), 1, 0.123456, 0.5, 2.0)
    found = replace(refusal(), outcome=Refusal(RefusalReason.NOT_ANSWERED, 0.2, (LAST_FERRY,), (hit,)))

    assert reply_as_json(found)["passages"] == [{"article": "bridge", "start": 3, "end": 20, "score": 0.1235}]


def test_a_question_is_asked_in_a_conversation_that_begins_with_its_history(dialogue: Dialogue) -> None:
    (follow_up, alone) = _read(
        {"id": 1, "question": "And when was that?", "history": ["Where did Pashinyan and Aliyev meet?"]},
        {"question": "And when was that?"},
    )

    understood = [ask(dialogue, asked).resolved_question for asked in (follow_up, alone)]

    assert understood == ["Pashinyan and Aliyev meet – And when was that?", "And when was that?"]


def test_of_several_questions_the_first_is_replied_to_and_the_others_are_named(dialogue: Dialogue) -> None:
    whole = "Who brokered the ceasefire? And when was that?"
    (asked,) = _read({"question": whole})

    reply = ask(dialogue, asked)

    assert reply.resolved_question == "Who brokered the ceasefire?"
    assert reply_as_json(reply, asked=whole) == {**reply_as_json(reply), "further_questions": ["And when was that?"]}
    assert reply_as_json(reply, asked="Who brokered the ceasefire?") == reply_as_json(reply)


@pytest.mark.parametrize(
    "line",
    [
        '{"question": "Who?", "articles": "bridge"}',
        '{"question": "Who?", "history": "What?"}',
        '{"question": "Who?", "history": [{"question": 5}]}',
        '{"question": "Who?", "before": "last week"}',
        "[" * 100_000,
    ],
    ids=["articles", "history", "earlier question", "before", "depth"],
)
def test_a_line_of_another_shape_is_refused_by_number(line: str) -> None:
    with pytest.raises(InvalidQuestion, match="line 2"):
        list(read_questions(['{"question": "Who?"}', line]))


def test_words_that_cannot_be_encoded_are_no_failure(dialogue: Dialogue) -> None:
    (asked,) = _read({"question": "Who brokered the ceasefire \ud800?"})

    assert ask(dialogue, asked).resolved_question == "Who brokered the ceasefire ??"
