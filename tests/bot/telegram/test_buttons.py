"""What the buttons under an answer do."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.adapters import wording
from bot.adapters.telegram import TelegramConfig
from bot.adapters.telegram.delivery.raw_updates import may_be_handled_twice
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.keyboards import Action, Press, read_press
from bot.answering import Answer
from bot.quoting.context import QuoteContext
from bot.replies import ReplyTo, Vote
from tests.bot.examples import COST, FERRY, LAST_FERRY, OPENED
from tests.bot.telegram.conftest import ADA, GROUP, Stage
from tests.bot.telegram.fakes import REFUSAL, REPLY_ID, Call


def _word(calls: list[Call]) -> str | None:
    """What the bot whispered to whoever pressed; the press must have been answered."""
    assert calls[-1].method == "answerCallbackQuery"
    text: str | None = calls[-1].params.get("text")
    return text


async def test_context_shows_the_quote_among_its_neighbours(stage: Stage) -> None:
    stage.dialogue.contexts[REPLY_ID, 1] = QuoteContext(OPENED, "It was <shut>. ", " Cyclists may pass.", True)
    sent, answered = await stage.press(f"ctx:{REPLY_ID}:1")
    assert sent.plain == (
        "In context:\n\n"
        f"It was <shut>. {OPENED.quote.text} Cyclists may pass.\n"
        f"1. Old bridge opens again · The Courier · {wording.day_and_age(datetime(2024, 5, 4, tzinfo=UTC))}"
    )
    assert sent.marked("bold") == [OPENED.quote.text]
    assert sent.params["reply_parameters"]["message_id"] == 500
    assert _word([answered]) is None


async def test_context_of_a_changed_article_says_so(stage: Stage) -> None:
    stage.dialogue.contexts[REPLY_ID, 1] = QuoteContext(OPENED, "", "", False)
    sent, _ = await stage.press(f"ctx:{REPLY_ID}:1")
    assert sent.plain.startswith(wording.CHANGED_SINCE)
    assert OPENED.quote.text in sent.plain


async def test_more_shows_the_next_quotes_until_none_are_left(stage: Stage) -> None:
    citations = tuple(replace(COST, number=number) for number in range(1, 9))
    stage.dialogue.outcome = Answer(0.9, citations, 6, None, ())
    sent, _ = await stage.press(f"more:{REPLY_ID}:3")
    assert sent.plain.startswith(wording.MORE_QUOTES)
    assert list(sent.buttons) == ["Context 4", "Context 5", "Context 6", "More (2)"]
    sent, _ = await stage.press(sent.buttons["More (2)"])
    assert sent.plain.startswith(texts.LESS_LIKELY)
    assert list(sent.buttons) == ["Context 7", "Context 8"]
    assert _word(await stage.press(f"more:{REPLY_ID}:8")) == wording.ALL_SHOWN


async def test_the_closest_is_marked_as_no_answer(stage: Stage) -> None:
    stage.dialogue.outcome = REFUSAL
    sent, _ = await stage.press(f"near:{REPLY_ID}")
    assert sent.plain.startswith(wording.CLOSEST)
    assert sent.marked("expandable_blockquote") == [OPENED.quote.text, LAST_FERRY.quote.text]
    assert "👍" not in sent.buttons


async def test_a_vote_is_each_persons_own_and_can_be_changed(stage: Stage) -> None:
    assert _word(await stage.press(f"up:{REPLY_ID}")) == wording.THANKS
    await stage.press(f"down:{REPLY_ID}")
    await stage.press(f"up:{REPLY_ID}", user=8, chat=GROUP)
    assert stage.dialogue.votes == {(REPLY_ID, "tg:7"): Vote.DOWN, (REPLY_ID, "tg:8"): Vote.UP}


@pytest.mark.parametrize(
    "action",
    ["ctx:ffffffffffffffff:1", "more:ffffffffffffffff:3", "near:ffffffffffffffff", "up:ffffffffffffffff"],
)
async def test_a_button_of_a_forgotten_answer_says_so(stage: Stage, action: str) -> None:
    assert _word(await stage.press(action)) == wording.FORGOTTEN


@pytest.mark.parametrize("data", ["", "ctx", "ctx:", "drop:1", "src:-1", "src:abc", f"ctx:{REPLY_ID}:12345", "\n"])
async def test_a_button_of_another_time_is_answered_politely(stage: Stage, data: str) -> None:
    assert _word(await stage.press(data)) == texts.DEAD_BUTTON


async def test_a_button_of_a_message_too_old_to_see_still_works(stage: Stage) -> None:
    stage.dialogue.contexts[REPLY_ID, 1] = QuoteContext(OPENED, "", "", True)
    sent, _ = await stage.press(f"ctx:{REPLY_ID}:1", date=0)
    assert sent.params["chat_id"] == ADA


async def test_a_press_that_telegram_has_forgotten_is_no_failure(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    too_old = {"ok": False, "description": "Bad Request: query is too old and response timeout expired"}
    stage.request.fail("answerCallbackQuery", (400, too_old))
    assert await stage.press(f"up:{REPLY_ID}") == []
    assert "Traceback" not in caplog.text


async def test_leafing_edits_the_list_in_place(stage: Stage) -> None:
    stage.dialogue.articles = [replace(FERRY, title=f"Title {number}") for number in range(23)]
    edited, _ = await stage.press("src:1")
    assert (edited.method, edited.params["message_id"]) == ("editMessageText", 500)
    assert edited.plain.startswith("I can quote 23 articles. Page 2 of 3.\n\n11. Title 10")
    assert edited.buttons == {"◀ Previous": "src:0", "Next ▶": "src:2"}
    last, _ = await stage.press("src:99")
    assert last.buttons == {"◀ Previous": "src:1"}


async def test_the_same_page_twice_is_no_failure(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    same = {"ok": False, "description": "Bad Request: message is not modified: specified new message content"}
    stage.request.fail("editMessageText", (400, same))
    assert _word(await stage.press("src:0")) is None
    assert "Traceback" not in caplog.text


async def test_context_of_a_topic_stays_in_it(stage: Stage) -> None:
    stage.dialogue.contexts[REPLY_ID, 1] = QuoteContext(OPENED, "", "", True)
    topic = {"message_thread_id": 44, "is_topic_message": True}
    sent, _ = await stage.press(f"ctx:{REPLY_ID}:1", chat=GROUP, **topic)
    assert sent.params["message_thread_id"] == 44


def test_a_press_is_read_as_it_was_written() -> None:
    assert read_press(f"more:{REPLY_ID}:12") == Press(Action.MORE, REPLY_ID, 12)
    assert read_press("src:3") == Press(Action.SOURCES, number=3)


_ADMINS = {Action.WHY, Action.PICK, Action.YES, Action.NO, Action.CANCEL}


def test_every_button_of_readers_may_be_handled_twice_and_none_of_admins() -> None:
    assert {action for action in Action if not action.is_repeatable} == _ADMINS


@pytest.mark.parametrize("action", Action)
def test_a_press_is_handled_twice_if_its_action_may_be(action: Action) -> None:
    pressed = {"update_id": 1, "callback_query": {"data": f"{action.value}:1"}}
    assert may_be_handled_twice(pressed) is action.is_repeatable


@pytest.mark.parametrize("data", [None, "", "forget:yes:7", "drop:1"])
def test_a_press_of_another_kind_is_not_handled_twice(data: str | None) -> None:
    # What forgets a person ends first, so that nothing of the press itself is left to remember them by.
    assert not may_be_handled_twice({"update_id": 1, "callback_query": {"data": data}})


def test_a_button_is_about_a_reply_if_that_is_what_it_carries() -> None:
    others = {Action.EXAMPLE, Action.SOURCES, Action.CHECK, Action.BRING, Action.REST, Action.DROP}
    assert {action for action in Action if not action.is_about_a_reply} == _ADMINS | others


class TestWhatMayBeAskedNext:
    """With suggestions on."""

    @pytest.fixture
    def config(self, config: TelegramConfig) -> TelegramConfig:
        return replace(config, further_questions=2)

    async def test_comes_under_the_answer_afterwards_and_is_asked_as_a_reply_to_it(self, stage: Stage) -> None:
        stage.dialogue.suggested = ["What did Tom Reed say?", "When was that?", "Ferry stops"]
        sent, edited = await stage.say("Who opened it?")
        assert (sent.method, edited.method) == ("sendMessage", "editMessageReplyMarkup")
        assert edited.buttons == {
            **sent.buttons,
            "What did Tom Reed say?": f"next:{REPLY_ID}:0",
            "When was that?": f"next:{REPLY_ID}:1",
        }
        rows = [[{"text": text, "callback_data": data}] for text, data in edited.buttons.items()]
        await stage.press(f"next:{REPLY_ID}:1", reply_markup={"inline_keyboard": rows})
        assert stage.dialogue.asked[-1] == ("tg:7", "When was that?")
        assert stage.dialogue.replying_to[-1] == ReplyTo(REPLY_ID)
        assert stage.dialogue.literal[-1] is False

    async def test_a_german_chat_is_offered_them_in_german_and_asks_the_articles_in_english(self, stage: Stage) -> None:
        stage.dialogue.suggested = ["What did the Red Cross say?", "When was that?"]
        jan: dict[str, Any] = {"from": {"id": ADA, "is_bot": False, "first_name": "Jan", "language_code": "de"}}
        _, edited = await stage.say("Who opened it?", **jan)
        assert list(edited.buttons)[-2:] == ["What did the Red Cross say?", "Wann war das?"]
        stage.dialogue.suggested = ["What did the Home Office say?", "What did Tom Reed say?"]
        _, edited = await stage.say("Who opened it?", **jan)
        assert list(edited.buttons)[-2:] == ["Was sagte Home Office?", "Was sagte Tom Reed?"]
        rows = [[{"text": text, "callback_data": data}] for text, data in edited.buttons.items()]
        for place in range(2):
            await stage.press(f"next:{REPLY_ID}:{place}", reply_markup={"inline_keyboard": rows})
        assert [question for _, question in stage.dialogue.asked[2:]] == stage.dialogue.suggested

    async def test_is_not_looked_for_in_groups(self, stage: Stage) -> None:
        stage.dialogue.suggested = ["When was that?"]
        assert [call.method for call in await stage.say("/ask Who opened it?", chat=GROUP)] == ["sendMessage"]

    async def test_a_button_that_telegram_does_not_know_asks_nothing(self, stage: Stage) -> None:
        [notice] = await stage.press(f"next:{REPLY_ID}:1", reply_markup={"inline_keyboard": []})
        assert notice.params["text"] == texts.DEAD_BUTTON
        assert stage.dialogue.asked == []
