"""`/check` and the offer under a forwarded message, from a real Update to the call that Telegram would receive."""

from typing import Any

import pytest

from bot.adapters.check_wording import NOTHING_TO_CHECK, verdict_of
from bot.adapters.telegram.views import texts
from bot.checking import Verdict
from tests.bot.telegram.conftest import ADA, GROUP, Stage
from tests.bot.telegram.fakes import BOT_NAME

_REAL = "The mayor, Ada Brook, opened it again on 3 May 2024"
_FORWARDED: dict[str, Any] = {"forward_origin": {"type": "hidden_user", "sender_user_name": "B", "date": 1_700_000_000}}


async def test_a_real_quotation_is_shown_with_the_articles_words_and_source(stage: Stage) -> None:
    [sent] = await stage.say(f"/check They write: “{_REAL}.”")
    assert sent.plain.startswith(
        f"1. “{_REAL}”\n{verdict_of(Verdict.VERBATIM)}\n{_REAL}\n1. Old bridge opens again · The Courier · 4 May 2024"
    )
    assert sent.marked("expandable_blockquote") == [_REAL]
    assert sent.marked("text_link") == ["Old bridge opens again"]


async def test_a_changed_word_stands_out_and_is_named(stage: Stage) -> None:
    [sent] = await stage.say(f"/check “{_REAL.replace('3 May', '4 May')}”")
    assert verdict_of(Verdict.ALTERED) in sent.plain
    assert "“4” is “3” in the article." in sent.plain
    assert sent.marked("bold") == [verdict_of(Verdict.ALTERED), "3"]


async def test_what_was_cut_away_stands_out(stage: Stage) -> None:
    [sent] = await stage.say("/check They write “The work cost 4.2 million euros”, and nothing else.")
    assert sent.marked("bold") == [verdict_of(Verdict.CUT), ", the council said."]
    assert "Cut away: who says so." in sent.plain


async def test_what_is_in_no_article_is_not_called_wrong(stage: Stage) -> None:
    [sent] = await stage.say("/check “The moon is made of green cheese and honey”")
    assert sent.plain == f"1. “The moon is made of green cheese and honey”\n{verdict_of(Verdict.NOT_FOUND)}"


async def test_a_reply_has_the_message_checked_or_what_was_selected_of_it(stage: Stage) -> None:
    original = {"message_id": 3, "date": 1, "chat": {"id": ADA, "type": "private"}, "text": f"“{_REAL}” he said"}
    [sent] = await stage.say("/check", reply_to_message=original)
    assert sent.plain.startswith(f"1. “{_REAL}”\n{verdict_of(Verdict.VERBATIM)}")
    chosen = {"text": "opened it again", "position": 0}
    [sent] = await stage.say("/check", reply_to_message=original, quote=chosen)
    assert sent.plain.startswith(f"1. “opened it again”\n{verdict_of(Verdict.VERBATIM)}")


async def test_the_command_alone_says_how_it_is_used(stage: Stage) -> None:
    for chat in (ADA, GROUP):
        [sent] = await stage.say(f"/check@{BOT_NAME}", chat=chat)
        assert sent.plain == texts.HOW_TO_CHECK
    [sent] = await stage.say("/check “”")
    assert sent.plain == NOTHING_TO_CHECK


@pytest.mark.parametrize("field", ["text", "caption"])
async def test_a_forwarded_message_that_quotes_is_offered_to_be_checked(stage: Stage, field: str) -> None:
    words = f"He said: “{_REAL}.”"
    said: dict[str, Any] = {field: words}
    [offer] = await stage.handle(stage.with_message(said | _FORWARDED))
    assert (offer.plain, list(offer.buttons)) == (texts.OFFER_TO_CHECK, ["Check it"])
    forwarded = {
        "message_id": offer.params["reply_parameters"]["message_id"],
        "date": 1,
        "chat": {"id": ADA, "type": "private"},
    }
    sent, _ = await stage.press(offer.buttons["Check it"], reply_to_message=forwarded | said)
    assert sent.plain.startswith(f"1. “{_REAL}”\n{verdict_of(Verdict.VERBATIM)}")
    assert sent.params["reply_parameters"]["message_id"] == forwarded["message_id"]
    [notice] = await stage.press(offer.buttons["Check it"])
    assert notice.params["text"] == texts.DEAD_BUTTON
    assert stage.dialogue.asked == []


async def test_a_forwarded_question_is_a_question(stage: Stage) -> None:
    await stage.say("Who opened the bridge?", **_FORWARDED)
    assert stage.dialogue.asked == [("tg:7", "Who opened the bridge?")]


async def test_many_quotations_are_shown_in_part(stage: Stage) -> None:
    [sent] = await stage.say("/check " + " ".join(f"“{number} penguins came to tea”" for number in range(10, 25)))
    assert sent.plain.count(verdict_of(Verdict.NOT_FOUND)) == 10
    assert sent.plain.endswith("5 more quotations are not shown.")
