"""What a message is about when it replies to an answer, quotes a part of one, or was edited."""

from typing import Any

import pytest

from bot.adapters.telegram.views import texts
from bot.answering import Answer, Clarification, Option
from bot.replies import ReplyTo
from bot.store.sent_answers import SentAnswer
from tests.bot.examples import COST, OPENED
from tests.bot.telegram.conftest import ADA, FROM_BOT, GROUP, Stage
from tests.bot.telegram.fakes import REPLY_ID, answer_of_parts

_WITH_BUTTON = FROM_BOT | {
    "reply_markup": {"inline_keyboard": [[{"text": "Context", "callback_data": f"ctx:{REPLY_ID}:1"}]]}
}


@pytest.mark.parametrize(
    ("quoted", "number"),
    [
        (None, None),
        (OPENED.quote.text, 1),
        ("cost 4.2  million\neuros", 2),
        (f"1. {OPENED.title}\n\n{COST.quote.text}\n2.", 2),
        ("the", None),
        ("words of neither", None),
    ],
)
async def test_a_reply_to_an_answer_names_it_and_the_one_quote_it_quotes(
    stage: Stage, quoted: str | None, number: int | None
) -> None:
    stage.dialogue.outcome = Answer(0.9, (OPENED, COST), 2, None, ())
    extra: dict[str, Any] = {"quote": {"text": quoted, "position": 0, "is_manual": True}} if quoted else {}
    await stage.say("And then?", chat=GROUP, reply_to_message=_WITH_BUTTON, **extra)
    assert stage.dialogue.replying_to == [ReplyTo(REPLY_ID, number)]


async def test_an_answer_without_buttons_is_known_by_its_message(stage: Stage) -> None:
    stage.sent.remember(SentAnswer(GROUP, 500, 400, REPLY_ID))
    await stage.say("And then?", chat=GROUP, reply_to_message=FROM_BOT)
    assert stage.dialogue.replying_to == [ReplyTo(REPLY_ID, None)]


async def test_a_reply_to_anything_else_is_about_nothing(stage: Stage) -> None:
    forgotten = FROM_BOT | {
        "reply_markup": {"inline_keyboard": [[{"text": "👍", "callback_data": "up:ffffffffffffffff"}]]}
    }
    sources = FROM_BOT | {"reply_markup": {"inline_keyboard": [[{"text": "Next ▶", "callback_data": "src:1"}]]}}
    for original in (FROM_BOT, forgotten, sources):
        await stage.say("And then?", chat=GROUP, reply_to_message=original)
    assert stage.dialogue.replying_to == [None, None, None]


async def test_every_answer_is_remembered_with_the_message_that_asked(stage: Stage) -> None:
    await stage.say("Who opened it?", message_id=321)
    assert stage.sent.kept == [SentAnswer(ADA, 1001, 321, REPLY_ID)]


@pytest.mark.parametrize("edited", ["/help", "x" * 1_001])
async def test_a_question_edited_into_none_has_its_answer_taken_back(stage: Stage, edited: str) -> None:
    stage.sent.remember(SentAnswer(ADA, 500, 321, REPLY_ID))
    [changed] = await stage.say(edited, kind="edited_message", message_id=321)
    assert (changed.method, changed.params["message_id"]) == ("editMessageText", 500)
    assert changed.plain == (texts.EDITED_AWAY if edited == "/help" else texts.too_long())
    assert stage.sent.retracted == [REPLY_ID]
    assert stage.dialogue.asked == []


async def test_an_edit_that_leaves_the_words_changes_nothing(stage: Stage) -> None:
    stage.sent.remember(SentAnswer(ADA, 500, 321, REPLY_ID))
    assert await stage.say("Q?", kind="edited_message", message_id=321) == []
    assert stage.sent.retracted == []


async def test_an_edited_question_whose_answer_was_deleted_is_answered_anew(stage: Stage) -> None:
    stage.sent.remember(SentAnswer(ADA, 500, 321, REPLY_ID))
    stage.request.fail("editMessageText", (400, {"ok": False, "description": "Bad Request: message to edit not found"}))
    [sent] = await stage.say("Who opened it?", kind="edited_message", message_id=321)
    assert (sent.method, stage.sent.kept[0]) == ("sendMessage", SentAnswer(ADA, 1001, 321, REPLY_ID))


async def test_every_part_of_an_answer_is_remembered(stage: Stage) -> None:
    stage.dialogue.outcome = answer_of_parts(3)
    await stage.say("Who opened it?", message_id=321)
    assert stage.sent.to_question(ADA, 321) == [SentAnswer(ADA, 1000 + n, 321, REPLY_ID) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (3, 1, [("editMessageText", 1001), ("deleteMessage", 1002), ("deleteMessage", 1003)]),
        (1, 3, [("editMessageText", 1001), ("sendMessage", None), ("sendMessage", None)]),
        (2, 2, [("editMessageText", 1001), ("editMessageText", 1002)]),
    ],
)
async def test_an_edited_question_has_all_parts_of_its_answer_changed(
    stage: Stage, before: int, after: int, expected: list[tuple[str, int | None]]
) -> None:
    stage.dialogue.outcome = answer_of_parts(before)
    await stage.say("Who opened it?", message_id=321)
    stage.dialogue.outcome = answer_of_parts(after)
    changed = await stage.say("Who built it?", kind="edited_message", message_id=321)
    assert [(call.method, call.params.get("message_id")) for call in changed] == expected
    written = [call for call in changed if call.method != "deleteMessage"]
    assert [bool(call.buttons) for call in written] == [False] * (after - 1) + [True]
    assert [part.message_id for part in stage.sent.to_question(ADA, 321)] == [1001 + n for n in range(after)]


async def test_a_question_edited_away_leaves_one_message_of_a_long_answer(stage: Stage) -> None:
    stage.dialogue.outcome = answer_of_parts(2)
    await stage.say("Who opened it?", message_id=321)
    changed = await stage.say("/help", kind="edited_message", message_id=321)
    assert [(call.method, call.params["message_id"]) for call in changed] == [
        ("editMessageText", 1001),
        ("deleteMessage", 1002),
    ]
    assert stage.sent.to_question(ADA, 321) == [SentAnswer(ADA, 1001, 321, REPLY_ID)]


async def test_a_question_back_has_a_button_a_reading_and_a_tap_asks_it_as_it_stands(stage: Stage) -> None:
    options = (Option("Ada Brook\nof Marlow", "Who is Ada Brook?"), Option("x" * 80, "Who is X?"))
    stage.dialogue.outcome = Clarification(options, Answer(0.5, (OPENED,), 1, None, ()))
    [sent] = await stage.say("Who is she?")
    assert sent.plain == texts.WHICH_ONE
    assert sent.buttons == {"Ada Brook of Marlow": f"opt:{REPLY_ID}:0", f"{'x' * 59}…": f"opt:{REPLY_ID}:1"}
    await stage.press(f"opt:{REPLY_ID}:1")
    assert stage.dialogue.asked[1:] == [("tg:7", "Who is X?")]
    assert stage.dialogue.literal == [False, True]
    [dead] = await stage.press(f"opt:{REPLY_ID}:2")
    assert dead.params["text"] == texts.DEAD_BUTTON
