"""What readers say and what they get, from a real Update to the call that Telegram would receive."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from bot.adapters import wording
from bot.adapters.telegram import TelegramConfig
from bot.adapters.telegram.views import texts
from bot.answering import Answer, Refusal, RefusalReason
from bot.query.spelling import Correction
from bot.quoting.quotes import CitedSpeaker
from tests.bot.examples import COST, FERRY, LAST_FERRY, OPENED
from tests.bot.telegram.conftest import ADA, ADMIN, FROM_BOT, GROUP, Stage
from tests.bot.telegram.fakes import BOT_NAME, REFUSAL, REPLY_ID, TOKEN
from tests.bot.telegram.hostile import hostile_texts


async def test_an_answer_is_quoted_word_for_word_with_its_source(stage: Stage) -> None:
    [sent] = await stage.say("Who opened the bridge?")
    assert sent.plain == (
        "Ada Brook\n\n"
        "The mayor, Ada Brook, opened it again on 3 May 2024.\n"
        f"1. Old bridge opens again · The Courier · {wording.day_and_age(datetime(2024, 5, 4, tzinfo=UTC))}"
    )
    assert sent.marked("expandable_blockquote") == [OPENED.quote.text]
    assert sent.marked("bold") == ["Ada Brook", "Ada Brook", "3 May 2024"]
    assert sent.marked("text_link") == ["Old bridge opens again"]
    assert sent.buttons == {
        "Context": f"ctx:{REPLY_ID}:1",
        "Articles": f"from:{REPLY_ID}",
        "👍": f"up:{REPLY_ID}",
        "👎": f"down:{REPLY_ID}",
        "Tell me when there is more": f"watch:{REPLY_ID}",
    }
    assert stage.dialogue.asked == [("tg:7", "Who opened the bridge?")]


async def test_a_story_that_others_carry_too_says_in_how_many(stage: Stage) -> None:
    stage.dialogue.outcome = Answer(0.9, (replace(OPENED, copies=1),), 1, None, ())
    [sent] = await stage.say("Who opened the bridge?")
    assert re.search(r"1\. Old bridge opens again · The Courier · 4 May 2024 \(.* ago\) · also in 1 other$", sent.plain)


async def test_typing_is_shown_while_an_answer_takes_a_moment(stage: Stage) -> None:
    stage.dialogue.seconds = lambda question: 0.5
    await stage.say("Who opened the bridge?")
    assert stage.request.calls[0].method == "sendChatAction"
    assert stage.request.calls[0].params == {"chat_id": ADA, "action": "typing"}


async def test_an_answer_arrives_though_typing_cannot_be_shown(stage: Stage) -> None:
    stage.dialogue.seconds = lambda question: 0.5
    stage.request.fail("sendChatAction", (403, {"ok": False, "description": "Forbidden: no"}))
    [sent] = await stage.say("Who opened the bridge?")
    assert sent.plain.startswith("Ada Brook")


async def test_further_quotes_are_shown_while_they_are_short(stage: Stage) -> None:
    long = replace(COST, number=3, quote=replace(COST.quote, text="Long. " * 200))
    stage.dialogue.outcome = Answer(0.9, (OPENED, COST, long), 3, None, ())
    [sent] = await stage.say("What about the bridge?")
    assert sent.marked("expandable_blockquote") == [OPENED.quote.text, COST.quote.text]
    assert list(sent.buttons) == ["Context 1", "Context 2", "More (1)", "Articles", "👍", "👎", texts.WATCH_BUTTON]
    assert sent.buttons["More (1)"] == f"more:{REPLY_ID}:2"


async def test_a_follow_up_says_what_it_was_taken_to_be_about(stage: Stage) -> None:
    stage.dialogue.resolve = lambda question: f"<Ada> & co – {question}"
    [sent] = await stage.say("Who is he?")
    assert sent.plain.startswith("About: <Ada> & co\n\nAda Brook")
    assert sent.marked("italic") == ["About: <Ada> & co"]
    assert sent.buttons["Search my exact words"] == f"raw:{REPLY_ID}"
    await stage.press(f"raw:{REPLY_ID}")
    assert stage.dialogue.literal == [False, True]


async def test_words_put_right_are_named_and_the_exact_words_offered(stage: Stage) -> None:
    stage.dialogue.corrected = (Correction("fery", "ferry"), Correction("opnened", "opened"))
    stage.dialogue.resolve = lambda question: question.replace("fery", "ferry").replace("opnened", "opened")
    [sent] = await stage.say("Who opnened the fery?")
    assert sent.plain.startswith("Showing results for: ferry, opened\n\nAda Brook")
    assert sent.marked("italic") == ["Showing results for: ferry, opened"]
    assert sent.buttons["Search my exact words"] == f"raw:{REPLY_ID}"


@pytest.mark.parametrize("reason", list(RefusalReason))
async def test_a_refusal_says_why_and_offers_the_closest(stage: Stage, reason: RefusalReason) -> None:
    stage.dialogue.outcome = replace(REFUSAL, reason=reason)
    [sent] = await stage.say("Who burnt the bridge?")
    assert sent.plain == wording.refusal(reason)
    offered = {"The closest I have": f"near:{REPLY_ID}", "Articles": f"from:{REPLY_ID}"}
    if reason is RefusalReason.NO_SUCH_PHRASE:
        offered["Without the quotation marks"] = f"raw:{REPLY_ID}"
    if reason is not RefusalReason.EMPTY_QUESTION:
        offered[texts.WATCH_BUTTON] = f"watch:{REPLY_ID}"
    assert sent.buttons == offered


async def test_a_refusal_with_nothing_close_offers_to_tell_when_there_is_something(stage: Stage) -> None:
    stage.dialogue.outcome = Refusal(RefusalReason.NOTHING_ON_TOPIC, 0.0, (), ())
    [sent] = await stage.say("Who burnt the bridge?")
    assert sent.buttons == {texts.WATCH_BUTTON: f"watch:{REPLY_ID}"}


async def test_a_refusal_offers_the_articles_that_were_found(stage: Stage) -> None:
    stage.dialogue.outcome = REFUSAL
    [sent] = await stage.say("Who burnt the bridge?")
    [listed] = [call for call in await stage.press(sent.buttons["Articles"]) if call.method == "sendMessage"]
    assert listed.plain.startswith(f"{texts.ARTICLES_FOUND}\n\n1. Old bridge opens again · The Courier · 4 May 2024")


async def test_articles_of_an_answer_that_is_gone_are_not_listed(stage: Stage) -> None:
    [notice] = [call.params for call in await stage.press("from:gone") if call.method == "answerCallbackQuery"]
    assert notice["text"] == wording.FORGOTTEN


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile_texts.filter(bool), hostile_texts)
async def test_no_article_text_can_break_an_answer(stage: Stage, words: str, title: str) -> None:
    quote = replace(OPENED.quote, text=words)
    hostile = replace(OPENED, quote=quote, title=title, source=title, url=f"https://a.example/{title}")
    stage.dialogue.outcome = Answer(0.9, (hostile,), 1, words[:40], ())
    stage.dialogue.resolve = lambda question: title
    sent = await stage.say("What?")
    assert sum(call.method == "sendMessage" for call in sent) == len(sent) >= 1


async def test_a_long_quote_comes_in_parts_with_the_buttons_under_the_last(stage: Stage) -> None:
    words = "Ten thousand letters & more. " * 345
    long = replace(OPENED, quote=replace(OPENED.quote, text=words), highlights=())
    stage.dialogue.outcome = Answer(0.9, (long,), 1, None, ())
    sent = await stage.say("Everything?")
    assert [len(call.buttons) for call in sent] == [0, 0, 5]
    assert "".join(call.plain for call in sent).startswith(words)
    assert all(call.marked("expandable_blockquote") for call in sent)


async def test_a_citation_without_date_source_or_address_says_so_plainly(stage: Stage) -> None:
    stage.dialogue.outcome = Answer(0.9, (replace(LAST_FERRY, title=" "),), 1, None, ())
    [sent] = await stage.say("When did the ferry stop?")
    assert sent.plain == f"{FERRY.text}\n1. Untitled article"


async def test_ask_takes_its_question_with_line_breaks(stage: Stage) -> None:
    await stage.say("/ask Who opened\nthe bridge?")
    assert stage.dialogue.asked == [("tg:7", "Who opened\nthe bridge?")]


async def test_an_empty_ask_shows_how(stage: Stage) -> None:
    [sent] = await stage.say("/ask")
    assert sent.plain == texts.HOW_TO_ASK
    assert stage.dialogue.asked == []


async def test_a_question_of_a_thousand_characters_is_the_longest(stage: Stage) -> None:
    await stage.say("x" * 1_000)
    [sent] = await stage.say("x" * 1_001)
    assert sent.plain == texts.too_long()
    assert len(stage.dialogue.asked) == 1


async def test_new_forgets_this_conversation_only(stage: Stage) -> None:
    [sent] = await stage.say("/new")
    assert sent.plain == wording.STARTED_OVER
    assert stage.dialogue.forgotten == ["tg:7"]


@pytest.mark.parametrize("command", ["/start", "/help"])
async def test_help_suggests_questions_about_loaded_articles(stage: Stage, command: str) -> None:
    [sent] = await stage.say(command)
    assert texts.WHAT_I_DO in sent.plain
    assert "1. What is said about “Old bridge opens again”?" in sent.plain
    await stage.press(sent.buttons["Ask 1"])
    assert stage.dialogue.asked == [("tg:7", "What is said about “Old bridge opens again”?")]
    assert "/reload" not in sent.plain


async def test_help_lists_admin_commands_for_admins_only(stage: Stage) -> None:
    [sent] = await stage.say("/help", user=ADMIN)
    assert "/reload" in sent.plain


async def test_an_unknown_command_gets_a_hint(stage: Stage) -> None:
    [sent] = await stage.say("/frobnicate now")
    assert sent.plain == texts.UNKNOWN_COMMAND


async def test_a_picture_gets_one_kind_sentence_and_an_album_only_one(stage: Stage) -> None:
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    [sent] = await stage.say(None, photo=photo)
    assert sent.plain == texts.NO_EYES
    album = [await stage.say(None, photo=photo, media_group_id="m") for _ in range(3)]
    assert [len(calls) for calls in album] == [1, 0, 0]
    assert await stage.say(None, photo=photo, chat=GROUP) == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [("voice", texts.NO_EARS), ("video_note", texts.NO_EARS), ("video", texts.NO_EYES), ("document", texts.NO_TEXT)],
)
async def test_what_holds_no_text_gets_the_reason_why_it_is_not_read(stage: Stage, kind: str, words: str) -> None:
    file = {"file_id": "f", "file_unique_id": "u", "duration": 1, "length": 1, "width": 1, "height": 1}
    [sent] = await stage.handle(stage.with_message({kind: file}))
    assert sent.plain == words


async def test_several_questions_of_a_message_are_answered_one_after_the_other(stage: Stage) -> None:
    calls = await stage.say("Who opened the bridge? What did it cost? And who paid for it?")
    assert [question for _, question in stage.dialogue.asked] == [
        "Who opened the bridge?",
        "What did it cost?",
        "And who paid for it?",
    ]
    assert [OPENED.quote.text in call.plain for call in calls] == [True] * 3


async def test_of_more_than_three_questions_three_are_answered_and_that_is_said(stage: Stage) -> None:
    calls = await stage.say("\n".join(f"{place}. What is number {place}" for place in range(1, 6)))
    assert [question for _, question in stage.dialogue.asked] == [f"What is number {place}" for place in (1, 2, 3)]
    assert [call.plain for call in calls[3:]] == [wording.at_most(3)]


async def test_old_edits_channel_posts_and_service_messages_are_ignored(stage: Stage) -> None:
    assert await stage.say("Who opened it?", kind="edited_message") == []
    assert await stage.say("/help", kind="edited_message") == []
    assert await stage.say("Who opened it?", kind="channel_post", chat=-1002) == []
    assert await stage.say(None, new_chat_title="Renamed") == []


async def test_a_group_is_answered_only_when_spoken_to(stage: Stage) -> None:
    assert await stage.say("Who opened the bridge?", chat=GROUP) == []
    assert await stage.say("@someone_else who opened the bridge?", chat=GROUP) == []
    assert await stage.say("/ask@other_bot Who opened the bridge?", chat=GROUP) == []
    assert await stage.say("/frobnicate", chat=GROUP) == []
    await stage.say("🎈 hey @NewsQuote_Bot, who opened it?", chat=GROUP)
    await stage.say("And when?", chat=GROUP, reply_to_message=FROM_BOT)
    await stage.say(f"/ask@{BOT_NAME} Why?", chat=GROUP)
    assert [question for _, question in stage.dialogue.asked] == [
        "🎈 hey , who opened it?",
        "And when?",
        "Why?",
    ]


async def test_a_mention_alone_shows_how_to_ask(stage: Stage) -> None:
    [sent] = await stage.say(f"@{BOT_NAME}", chat=GROUP)
    assert sent.plain == texts.HOW_TO_ASK


async def test_a_group_answer_replies_to_the_question_in_its_topic(stage: Stage) -> None:
    topic = {"message_thread_id": 44, "is_topic_message": True}
    stage.dialogue.seconds = lambda question: 0.5
    [sent] = await stage.say("/ask Who?", chat=GROUP, message_id=321, **topic)
    assert sent.params["message_thread_id"] == 44
    assert sent.params["reply_parameters"]["message_id"] == 321
    assert stage.dialogue.asked == [(f"tg:{GROUP}:44:{ADA}", "Who?")]
    typing = stage.request.of("sendChatAction")
    assert [call.params["message_thread_id"] for call in typing] == [44]


async def test_a_chain_of_replies_is_not_a_topic(stage: Stage) -> None:
    [sent] = await stage.say("/ask Who?", chat=GROUP, message_thread_id=44)
    assert "message_thread_id" not in sent.params
    assert stage.dialogue.asked == [(f"tg:{GROUP}:0:{ADA}", "Who?")]


async def test_a_private_answer_is_not_a_reply(stage: Stage) -> None:
    [sent] = await stage.say("Who?")
    assert "reply_parameters" not in sent.params


async def test_sources_are_listed_in_pages(stage: Stage) -> None:
    stage.dialogue.articles = [replace(FERRY, title=f"Title <{n}>", url="https://a.example/") for n in range(23)]
    [sent] = await stage.say("/sources")
    assert sent.plain.startswith("I can quote 23 articles. Page 1 of 3.\n\n1. Title <0>\n\n2. Title")
    assert sent.buttons == {"Next ▶": "src:1"}
    assert len(sent.marked("text_link")) == 10


async def test_sources_of_an_empty_index_say_so(stage: Stage) -> None:
    stage.dialogue.articles = ()
    [sent] = await stage.say("/sources")
    assert sent.plain == texts.NO_SOURCES


class TestWithAGuestList:
    """Only some people may ask."""

    @pytest.fixture
    def config(self) -> TelegramConfig:
        return TelegramConfig(TOKEN, admin_ids=frozenset({ADMIN}), allowed_ids=frozenset({ADA}))

    @pytest.mark.parametrize("text", ["Who opened it?", "/ask Who?", "/sources", "/new", "/start", "/watch Who?"])
    async def test_a_stranger_is_told_the_id_to_give_an_admin(self, stage: Stage, text: str) -> None:
        [sent] = await stage.say(text, user=12345)
        assert sent.plain == texts.not_allowed(12345)
        assert (stage.dialogue.asked, stage.dialogue.forgotten) == ([], [])

    async def test_guests_and_admins_are_answered(self, stage: Stage) -> None:
        await stage.say("Who opened it?", user=ADA)
        await stage.say("Who opened it?", user=ADMIN)
        assert [conversation for conversation, _ in stage.dialogue.asked] == ["tg:7", "tg:99"]

    async def test_a_stranger_in_a_group_is_left_alone_until_speaking_to_the_bot(self, stage: Stage) -> None:
        assert await stage.say("Who opened it?", user=12345, chat=GROUP) == []


async def test_a_failure_gets_one_kind_sentence_and_a_log_without_private_words(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.dialogue.failure = RuntimeError(f"database said: 'Who opened it?' by Ada Lovelace, {TOKEN}")
    [sent] = await stage.say("Who opened it?")
    assert sent.plain == texts.WENT_WRONG
    assert "Traceback" in caplog.text
    assert "tg:7" in caplog.text
    assert not any(word in caplog.text for word in ("Who opened", "Lovelace", TOKEN))


async def test_a_failure_to_apologise_is_not_a_second_failure(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    refusal = (400, {"ok": False, "description": "Bad Request: message text is strange"})
    stage.request.fail("sendMessage", refusal, refusal)
    assert await stage.say("Who opened it?") == []
    assert caplog.text.count("Traceback") == 1


async def test_somebody_who_blocked_the_bot_is_not_written_to_again(stage: Stage) -> None:
    blocked = (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"})
    stage.request.fail("sendMessage", blocked)
    assert await stage.say("Who opened it?") == []


_SPOKEN = replace(OPENED, speaker=CitedSpeaker("Ada Brook", "mayor of *<Marlow>*", OPENED.quote.span))


async def test_who_says_a_quote_stands_beneath_it_with_a_button_to_all_they_say(stage: Stage) -> None:
    stage.dialogue.outcome = Answer(0.9, (_SPOKEN, replace(_SPOKEN, number=2)), 2, None, ())
    [sent] = await stage.say("Who opened the bridge?")
    assert f"{OPENED.quote.text}\n— Ada Brook, mayor of *<Marlow>*\n1. Old bridge opens again" in sent.plain
    assert sent.buttons["All by Ada Brook"] == f"said:{REPLY_ID}:1"
    [shown, _] = await stage.press(f"said:{REPLY_ID}:1")
    assert stage.dialogue.asked[-1][1] == "/said Ada Brook"
    assert "All by Ada Brook" not in shown.buttons


async def test_words_that_describe_a_speaker_have_no_button(stage: Stage) -> None:
    speaker = CitedSpeaker("two officials", None, OPENED.quote.span)
    stage.dialogue.outcome = Answer(0.9, (replace(OPENED, speaker=speaker),), 1, None, ())
    [sent] = await stage.say("Who opened the bridge?")
    assert "— two officials\n" in sent.plain
    assert not any(name.startswith("All by") for name in sent.buttons)


async def test_said_asks_for_somebodys_words(stage: Stage) -> None:
    [sent] = await stage.say("/said Brook about the bridge")
    assert stage.dialogue.asked[-1][1] == "/said Brook about the bridge"
    assert sent.plain.startswith("Ada Brook")
    [hint] = await stage.say("/said")
    assert hint.plain == texts.WHOSE_WORDS
