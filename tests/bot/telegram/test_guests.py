"""Guest mode: from a real Update to the one call that Telegram would receive."""

from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.check_wording import verdict_of
from bot.adapters.telegram import TelegramConfig
from bot.adapters.telegram.views import texts
from bot.answering import Clarification, Option
from bot.checking import Verdict
from tests.bot.examples import OPENED
from tests.bot.telegram.conftest import ADA, ADMIN, GROUP, Stage
from tests.bot.telegram.fakes import ANSWER, BOT_ID, BOT_NAME, REFUSAL, Call, answer_of_parts

_REAL = "The mayor, Ada Brook, opened it again on 3 May 2024"
_GRACE = {"id": 8, "is_bot": False, "first_name": "Grace"}
_BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Newsquote"}


def _said(text: str, by: dict[str, Any] = _GRACE, **more: object) -> dict[str, Any]:
    return {"message_id": 3, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}, "from": by, "text": text} | more


async def _summon(stage: Stage, text: str, **extra: Any) -> list[Call]:  # noqa: ANN401 - any field of a message
    extra = {"guest_query_id": "q1"} | extra
    return await stage.handle(stage.message_update(text, kind="guest_message", **{"chat": GROUP} | extra))


def _buttons(call: Call) -> list[dict[str, str]]:
    markup = call.offers[0].content.markup or {}
    return [button for row in markup["inline_keyboard"] for button in row]


async def test_a_question_is_answered_once_with_quote_and_source_and_nothing_is_kept(stage: Stage) -> None:
    [call] = await _summon(stage, f"@{BOT_NAME} who opened it?")
    assert (call.method, call.params["guest_query_id"]) == ("answerGuestQuery", "q1")
    [offer] = call.offers
    assert OPENED.quote.text in offer.content.text
    assert "1. Old bridge opens again · The Courier · 4 May 2024" in offer.content.text
    assert [button["text"] for button in _buttons(call)] == ["Ask me directly"]
    assert stage.dialogue.asked_once == [("who opened it?", "")]
    assert stage.dialogue.asked == []


async def test_a_question_in_reply_is_about_what_it_replies_to_or_what_was_selected_of_it(stage: Stage) -> None:
    claim = _said("The old bridge is open again. It cost a lot.")
    await _summon(stage, f"and when, @{BOT_NAME}?", reply_to_message=claim)
    chosen = {"text": "The old bridge is open again.", "position": 0}
    await _summon(stage, f"@{BOT_NAME} when?", reply_to_message=claim, quote=chosen)
    assert stage.dialogue.asked_once == [("and when, ?", claim["text"]), ("when?", chosen["text"])]


@pytest.mark.parametrize("words", ["", "is this true?", "fact check please", "stimmt das?", "Did he really say that?"])
async def test_a_quotation_that_is_replied_to_is_checked(stage: Stage, words: str) -> None:
    [call] = await _summon(stage, f"@{BOT_NAME} {words}", reply_to_message=_said(f"He said: “{_REAL}.”"))
    [offer] = call.offers
    assert _REAL in offer.content.text
    assert verdict_of(Verdict.VERBATIM) in offer.content.text or "Wort für Wort" in offer.content.text
    assert "Old bridge opens again" in offer.content.text
    assert stage.dialogue.asked_once == []


async def test_a_claim_that_no_article_has_word_for_word_gets_what_they_say_about_it(stage: Stage) -> None:
    claim = _said("Nobody ever opened that bridge anew.")
    [call] = await _summon(stage, f"@{BOT_NAME}", reply_to_message=claim)
    [offer] = call.offers
    assert offer.content.text.startswith(texts.NOT_WORD_FOR_WORD)
    assert OPENED.quote.text in offer.content.text
    stage.dialogue.outcome = REFUSAL
    [call] = await _summon(stage, f"@{BOT_NAME}", reply_to_message=claim)
    assert verdict_of(Verdict.NOT_FOUND) in call.offers[0].content.text
    assert stage.dialogue.asked_once == [(claim["text"], "")] * 2


async def test_a_question_that_is_replied_to_is_answered(stage: Stage) -> None:
    await _summon(stage, f"@{BOT_NAME}", reply_to_message=_said("Who opened the bridge?"))
    assert stage.dialogue.asked_once == [("Who opened the bridge?", "")]


async def test_a_reply_to_the_bots_own_answer_is_about_what_that_quotes(stage: Stage) -> None:
    mine = _said(f"{_REAL}.\n1. Old bridge opens again", by=_BOT)
    mine["entities"] = [{"type": "expandable_blockquote", "offset": 0, "length": len(_REAL) + 1}]
    await _summon(stage, "and when?", reply_to_message=mine)
    assert stage.dialogue.asked_once == [("and when?", f"{_REAL}.")]
    [call] = await _summon(stage, f"@{BOT_NAME}", reply_to_message=mine)
    assert call.offers[0].content.text == texts.GUEST_HOW_TO


async def test_readings_of_a_question_are_links_to_the_bot(stage: Stage) -> None:
    stage.dialogue.outcome = Clarification((Option("The bridge", "Which bridge?"), Option("It", "x" * 80)), ANSWER)
    [call] = await _summon(stage, f"@{BOT_NAME} which?")
    assert [(button["text"], button["url"]) for button in _buttons(call)] == [
        ("The bridge", f"https://t.me/{BOT_NAME}?start=q_V2hpY2ggYnJpZGdlPw")
    ]


async def test_an_answer_that_needs_several_messages_is_cut_to_one(stage: Stage) -> None:
    stage.dialogue.outcome = answer_of_parts(3)
    [call] = await _summon(stage, f"@{BOT_NAME} who?")
    assert 2_000 < len(call.offers[0].content.text) <= 4_096


async def test_many_quotations_are_shown_as_far_as_one_message_holds(stage: Stage) -> None:
    words = " ".join(f"“{number} {'penguins came to tea and ' * 12}”" for number in range(10, 25))
    [call] = await _summon(stage, f"@{BOT_NAME}", reply_to_message=_said(words))
    text = call.offers[0].content.text
    shown = text.count(verdict_of(Verdict.NOT_FOUND))
    assert 5 < shown < 15
    assert text.endswith(f"{15 - shown} more quotations are not shown.")


async def test_the_language_is_that_of_the_talk_and_else_the_askers(stage: Stage) -> None:
    stage.dialogue.outcome = REFUSAL
    german = {"from": {"id": ADA, "is_bot": False, "first_name": "Ada", "language_code": "de"}}
    [call] = await _summon(stage, f"@{BOT_NAME} who opened the old bridge in the town?", **german)
    assert call.offers[0].content.text.startswith("I have articles on this")
    [call] = await _summon(stage, f"@{BOT_NAME} Marlow?", **german)
    assert call.offers[0].content.text.startswith("Ich habe Artikel dazu")
    [call] = await _summon(stage, f"@{BOT_NAME} wann wurde die alte Brücke in der Stadt wieder geöffnet?")
    assert call.offers[0].content.text.startswith("Ich habe Artikel dazu")


async def test_bots_and_messages_without_a_query_get_no_answer(stage: Stage) -> None:
    other = {"from": {"id": 5, "is_bot": True, "first_name": "B"}}
    assert await _summon(stage, f"@{BOT_NAME} who?", **other) == []
    assert await _summon(stage, f"@{BOT_NAME} who?", guest_query_id=None) == []


async def test_a_banned_person_is_told_once(stage: Stage) -> None:
    stage.app.admin.moderation.ban(f"tg:{ADA}", by=f"tg:{ADMIN}")
    [call] = await _summon(stage, f"@{BOT_NAME} who?")
    assert call.offers[0].content.text == texts.BANNED
    assert await _summon(stage, f"@{BOT_NAME} who?") == []
    assert stage.dialogue.asked_once == []


class TestWhoMayAsk:
    """With a list of people and groups."""

    @pytest.fixture
    def config(self, config: TelegramConfig) -> TelegramConfig:
        return replace(config, allowed_ids=frozenset({8, -1_000_000_000_007}), questions_per_minute=2)

    async def test_others_are_turned_away_without_their_number(self, stage: Stage) -> None:
        [call] = await _summon(stage, f"@{BOT_NAME} who?")
        assert call.offers[0].content.text == texts.GUEST_NOT_ALLOWED

    async def test_a_private_chat_with_somebody_on_the_list_lets_nobody_else_in(self, stage: Stage) -> None:
        [call] = await _summon(stage, f"@{BOT_NAME} who?", chat=8)
        assert call.offers[0].content.text == texts.GUEST_NOT_ALLOWED

    async def test_people_and_supergroups_on_the_list_are_answered(self, stage: Stage) -> None:
        for more in ({"user": 8}, {"chat": -1_000_000_000_007}):
            [call] = await _summon(stage, f"@{BOT_NAME} who?", **more)
            assert OPENED.quote.text in call.offers[0].content.text

    async def test_who_asks_too_much_is_told_once(self, stage: Stage) -> None:
        calls = [await _summon(stage, f"@{BOT_NAME} who?", user=8) for _ in range(4)]
        assert [len(each) for each in calls] == [1, 1, 1, 0]
        assert calls[2][0].offers[0].content.text.startswith("That was more than 2 questions in a minute")


class TestABusyBot:
    """With more updates in hand than it takes."""

    @pytest.fixture
    def config(self, config: TelegramConfig) -> TelegramConfig:
        return replace(config, most_waiting=-1)

    async def test_says_so(self, stage: Stage) -> None:
        [call] = await _summon(stage, f"@{BOT_NAME} who?")
        assert call.offers[0].content.text == texts.BUSY


async def test_what_goes_wrong_is_apologised_for(stage: Stage) -> None:
    stage.dialogue.failure = RuntimeError("no")
    [call] = await _summon(stage, f"@{BOT_NAME} who?")
    assert call.offers[0].content.text == texts.WENT_WRONG
