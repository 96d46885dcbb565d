"""What readers and admins touch, over HTTP, with real articles, index, reader and store; tdjson parses what is sent."""

import re
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
import pytest_asyncio

from bot.adapters import check_wording, wording
from bot.adapters.remarks import remarks_on
from bot.adapters.telegram.views import admin_texts, texts
from bot.adapters.telegram.views.links import DeepLink, Opens, article_key, payload_of
from bot.answering import RefusalReason
from bot.checking import Verdict
from bot.query.kinds import Topic
from index import Article
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.library import DiskLibrary
from tests.bot.telegram.running_bot import (
    ANSWERING,
    QUESTION,
    UNANSWERABLE,
    RunningBot,
    index_articles,
    run_bot,
)
from tests.bot.telegram.serving import FAST, served
from tests.botapi import BotApiServer, BotSetup, Message, User


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, shipped_embedder: OnnxEmbedder) -> Path:
    return index_articles(tmp_path_factory.mktemp("index"), shipped_embedder)


@pytest_asyncio.fixture
async def running(index: Path) -> AsyncIterator[RunningBot]:
    async with run_bot(index) as running:
        yield running


@pytest.fixture
def ada(running: RunningBot) -> User:
    return running.server.user("Ada")


def _data(message: Message, label: str) -> str:
    found: str = next(button["callback_data"] for button in message.buttons if button["text"].startswith(label))
    return found


def _links(message: Message) -> list[str]:
    return [mark["url"] for mark in message.entities if mark["type"] == "text_link"]


async def test_an_answer_has_its_words_marked_and_leads_to_them_at_the_publisher(
    running: RunningBot, ada: User
) -> None:
    answer = await running.ask(ada, QUESTION)
    assert answer.entity_texts("expandable_blockquote")[0] == ANSWERING
    assert any("4.2 million" in words for words in answer.entity_texts("bold"))
    assert re.search(r"1\. Old bridge opens again · The Courier · 4 May 2024 \(\d+ years? ago\)", answer.text)
    url = _links(answer)[0]
    assert url.startswith("https://courier.example/bridge#:~:text=")
    assert unquote(url.partition(":~:text=")[2]) == ANSWERING.rstrip(".")


async def test_several_questions_of_a_message_get_an_answer_each(running: RunningBot, ada: User) -> None:
    first = await running.ask(ada, f"{QUESTION} And who opened it again?")
    second = await running.next_in(ada.opens_chat())
    assert first.entity_texts("expandable_blockquote")[0] == ANSWERING
    assert "Ada Brook, opened it again" in second.entity_texts("expandable_blockquote")[0]


async def test_what_is_suggested_under_an_answer_is_answered_when_it_is_pressed(index: Path) -> None:
    async with run_bot(index, further_questions=3) as running:
        ada = running.server.user("Ada")
        answer = await running.ask(ada, "What did the ferry owner blame?")
        await running.server.wait_until(lambda: len(answer.history) == 2, timeout=30)
        suggested = [each["text"] for each in answer.buttons if str(each.get("callback_data")).startswith("next:")]
        assert suggested == ["When was that?"]
        ada.presses(answer, suggested[0])
        pressed = await running.next_in(ada.opens_chat())
        assert "for the last time on Sunday" in pressed.entity_texts("expandable_blockquote")[0]


async def test_the_articles_found_are_listed_under_an_answer_with_the_quoted_one_first(
    running: RunningBot, ada: User
) -> None:
    answer = await running.ask(ada, QUESTION)
    ada.presses(answer, texts.ARTICLES_BUTTON)
    listed = await running.next_in(ada.opens_chat())
    first = "1. Old bridge opens again · The Courier · 4 May 2024"
    assert listed.text.startswith(f"{texts.ARTICLES_FOUND}\n\n{first}")
    assert _links(listed)[0] == "https://courier.example/bridge"


async def test_where_a_quote_is_from_stands_above_it_in_lines_of_their_own(running: RunningBot, ada: User) -> None:
    answer = await running.ask(ada, QUESTION)
    told = await running.ask(ada, "which paper is that from")
    lines = told.text.split("\n")
    assert lines[:2] == ["Old bridge opens again", "Source: The Courier"]
    assert re.fullmatch(r"Published: 4 May 2024 \(\d+ years? ago\)", lines[2])
    assert (lines[3], _links(told)) == ("Link: https://courier.example/bridge", ["https://courier.example/bridge"])
    assert told.entity_texts("expandable_blockquote") == answer.entity_texts("expandable_blockquote")[:1]


async def test_a_quotation_is_checked_on_command_and_where_it_was_forwarded(running: RunningBot, ada: User) -> None:
    changed = ANSWERING.replace("4.2", "4.3").rstrip(".")
    checked = await running.ask(ada, f"/check The paper says: “{ANSWERING}” and “{changed}”")
    verdicts = [check_wording.verdict_of(one) for one in (Verdict.VERBATIM, Verdict.ALTERED)]
    assert [words for words in checked.entity_texts("bold") if words in verdicts] == verdicts
    assert checked.entity_texts("expandable_blockquote") == [ANSWERING.rstrip(".")] * 2
    assert "“4.3” is “4.2” in the article." in checked.text
    origin = {"type": "hidden_user", "sender_user_name": "B", "date": 1_700_000_000}
    ada.forwards(ada.opens_chat(), f"Read this: “{ANSWERING}”", origin)
    offer = await running.next_in(ada.opens_chat())
    ada.presses(offer, texts.CHECK_BUTTON)
    checked = await running.next_in(ada.opens_chat())
    assert checked.entity_texts("expandable_blockquote") == [ANSWERING.rstrip(".")]


async def test_small_talk_gets_a_word_and_no_buttons(running: RunningBot, ada: User) -> None:
    said = await running.ask(ada, "thx!!")
    assert said.text in remarks_on(Topic.THANKS)
    assert not said.entities


async def test_words_that_no_article_holds_are_searched_without_their_marks_on_request(
    running: RunningBot, ada: User
) -> None:
    refused = await running.ask(ada, '"the bridge is old"')
    assert refused.text == wording.refusal(RefusalReason.NO_SUCH_PHRASE)
    ada.presses(refused, texts.WITHOUT_MARKS_BUTTON)
    found = await running.next_in(ada.opens_chat())
    assert found.text != refused.text


async def test_the_list_of_sources_is_narrowed_by_words_on_every_page(
    tmp_path: Path, shipped_embedder: OnnxEmbedder
) -> None:
    index = index_articles(tmp_path, shipped_embedder)
    stories = [Article(f"s{n}", f"Storm {n} hits Marlow", f"Storm {n} hit Marlow on Friday.", "BBC") for n in range(12)]
    DiskLibrary(index).add(stories, shipped_embedder)
    async with run_bot(index) as running:
        ada = running.server.user("Ada")
        listed = await running.ask(ada, "/sources  storm ")
        assert listed.text.startswith(
            "I can quote 12 articles. Page 1 of 2.\nWith “storm” in the title or source.\n\n1. "
        )
        ada.presses(listed, texts.NEXT_BUTTON)
        await running.server.wait_until(lambda: "Page 2 of 2." in listed.text)
        assert "With “storm” in" in listed.text
        assert listed.text.count("Storm") == 2
        assert "bridge" not in listed.text
        none = await running.ask(ada, f"/sources {'ü' * 40}")
        assert none.text == texts.none_found("ü" * 15)
        of_source = await running.ask(ada, "/sources The Courier")
        assert of_source.text.count("The Courier ·") == 2
        answer = await running.ask(ada, "What hit Marlow on Friday? source:BBC")
        assert answer.entity_texts("expandable_blockquote")[0].startswith("Storm")
        outside = await running.ask(ada, f"{QUESTION} source:BBC")
        assert "4.2 million" not in outside.text


async def test_no_article_can_forge_a_citation_a_link_or_a_command(running: RunningBot, ada: User) -> None:
    for question in ("Where are museum tickets sold?", "/sources", f"/start a_{article_key('forged')}"):
        shown = await running.ask(ada, question)
        kinds = {mark["type"] for mark in shown.entities}
        assert kinds <= {"bold", "italic", "code", "text_link", "expandable_blockquote"}
        assert all(url.startswith(("https://gazette.example/", "https://courier.example/")) for url in _links(shown))
        assert not re.search(r"^2\. Reuters|^The bot says", shown.text, re.MULTILINE)


async def test_a_refusal_shows_the_closest_only_when_asked(running: RunningBot, ada: User) -> None:
    refusal = await running.ask(ada, UNANSWERABLE)
    assert refusal.entity_texts("expandable_blockquote") == []
    ada.presses(refusal, texts.CLOSEST_BUTTON)
    assert (await running.next_in(ada.opens_chat())).text.startswith(wording.CLOSEST)


async def test_help_asks_its_examples_at_a_tap(running: RunningBot, ada: User) -> None:
    welcome = await running.ask(ada, "/start")
    assert "What is said about “Old bridge opens again”?" in welcome.text
    ada.presses(welcome, _data(welcome, "Ask 2"))
    asked = await running.next_in(ada.opens_chat())
    assert asked.reply_to is welcome
    assert "bridge" in asked.text


async def test_an_edited_question_has_its_answer_edited(running: RunningBot, ada: User) -> None:
    chat = ada.opens_chat()
    question = ada.says(chat, QUESTION)
    answer = await running.next_in(chat)
    ada.edits(question, "Who owned the ferry?")
    await running.server.wait_until(lambda: "Tom Reed" in answer.text, timeout=30)
    ada.edits(question, "Who owned the ferry?")
    await running.quiet()
    assert [message.id for message in running.server.messages(chat)] == [answer.id]
    assert len(answer.history) == 2


async def test_an_edit_that_first_names_the_bot_is_answered(index: Path) -> None:
    async with run_bot(index, BotSetup(privacy_mode=False)) as running:
        ada = running.server.user("Ada")
        group = running.server.group("Readers", [ada])
        said = ada.says(group, QUESTION)
        ada.edits(said, f"@newsquote_bot {QUESTION}")
        answer = await running.next_in(group)
        assert answer.reply_to is said
        assert ANSWERING in answer.text


async def test_a_reply_to_an_older_answer_goes_on_from_there(running: RunningBot, ada: User) -> None:
    older = await running.ask(ada, QUESTION)
    await running.ask(ada, "Who owned the ferry?")
    answer = await running.ask(ada, "Who paid for it?", reply_to=older)
    assert answer.text.startswith("About: the old bridge cost\n\nthe council\n\n")
    quoting = await running.ask(ada, "Who paid?", reply_to=older, quote=ANSWERING[:30])
    assert any("the council" in words for words in quoting.entity_texts("bold"))
    ada.presses(answer, texts.AS_TYPED_BUTTON)
    as_typed = await running.next_in(ada.opens_chat())
    assert wording.ABOUT not in as_typed.text
    assert as_typed.reply_to is answer


async def test_a_link_opens_a_question_one_asked_before_or_an_article(running: RunningBot, ada: User) -> None:
    asked = payload_of(DeepLink(Opens.QUESTION, "Who owned the ferry?"))
    assert asked is not None
    ada.follows(asked)
    answer = await running.next_in(ada.opens_chat())
    assert "Tom Reed" in answer.text
    bob = running.server.user("Bob")
    bob.follows(f"r_{_data(answer, texts.UP_BUTTON).partition(':')[2]}")
    assert "Tom Reed" in (await running.next_in(bob.opens_chat())).text
    bob.follows(f"a_{article_key('bridge')}")
    article = await running.next_in(bob.opens_chat())
    assert re.match(r"Old bridge opens again · The Courier · 4 May 2024 \(.*\)\n\nThis is how", article.text)
    assert article.entity_texts("expandable_blockquote")[0].startswith("The old bridge in Marlow was closed for two")
    bob.follows("a_0000000000000000")
    assert (await running.next_in(bob.opens_chat())).text == texts.LINK_GONE


async def test_inline_quotes_can_be_sent_to_any_chat(running: RunningBot, ada: User) -> None:
    for typed in ("How", "How much did the rep"):
        ada.types_inline(typed)
    query = ada.types_inline(QUESTION)
    results = await running.server.wait_for_results(query, timeout=30)
    group = running.server.group("Friends", [ada])
    sent = ada.chooses(results[0], group)
    assert sent.text.startswith(f"{QUESTION}\n\n")
    assert sent.entity_texts("expandable_blockquote") == [ANSWERING]
    assert "— Old bridge opens again · The Courier · 4 May 2024" in sent.text
    assert query.button == {
        "text": "Ask me directly",
        "start_parameter": payload_of(DeepLink(Opens.QUESTION, QUESTION)) or "help",
    }
    answered = running.server.calls_of("answerInlineQuery")
    assert [call.params["inline_query_id"] for call in answered] == [query.id]


async def test_inline_says_when_no_article_answers_and_what_to_type(running: RunningBot, ada: User) -> None:
    refused = ada.types_inline(UNANSWERABLE)
    assert await running.server.wait_for_results(refused, timeout=30) == []
    assert refused.button is not None
    assert refused.button["text"] == texts.INLINE_NOTHING
    short = ada.types_inline("bridge")
    assert await running.server.wait_for_results(short) == []
    assert short.button == {"text": texts.INLINE_HINT, "start_parameter": "help"}
    ada.follows("help")
    assert texts.WHAT_I_DO in (await running.next_in(ada.opens_chat())).text


async def test_a_german_reader_is_spoken_to_in_german_and_quoted_in_english(running: RunningBot) -> None:
    otto = running.server.user("Otto", language_code="de-AT")
    refusal = await running.ask(otto, UNANSWERABLE)
    assert refusal.text.startswith(("Darüber habe ich keinen Artikel", "Ich habe Artikel dazu"))
    answer = await running.ask(otto, QUESTION)
    assert ANSWERING in answer.text
    assert re.search(r"4\. Mai 2024 \(vor \d+ Jahr", answer.text)
    assert "Zusammenhang" in [button["text"].partition(" ")[0] for button in answer.buttons]
    assert await running.server.wait_for_answer(otto.presses(answer, texts.UP_BUTTON)) == "Danke! Das hilft."
    assert "Frag einfach" in (await running.ask(otto, "/help")).text
    ada = running.server.user("Ada")
    assert texts.WHAT_I_DO in (await running.ask(ada, "/help")).text


async def test_menus_are_set_by_scope_and_language(running: RunningBot) -> None:
    commands = running.server.state.commands
    names = {key: [each["command"] for each in value] for key, value in commands.items()}
    assert names["all_private_chats", ""] == [name for name, _ in texts.READER_COMMANDS]
    assert names["all_group_chats", "de"] == [name for name, _ in texts.READER_COMMANDS if name != "help"]
    assert names[f"chat:{running.admin.id}", ""][len(texts.READER_COMMANDS) :] == [
        name for name, _ in admin_texts.ADMIN_COMMANDS
    ]
    assert sum("reload" in listed for listed in names.values()) == 2
    assert commands["all_private_chats", "de"][0]["description"] == "Stelle eine Frage zu den Nachrichten"


async def test_an_admin_who_never_wrote_has_the_menu_after_the_first_message() -> None:
    async with BotApiServer() as server, served(server, config=replace(FAST, admin_ids=frozenset({4242}))) as bot:
        await server.wait_until(lambda: any(call.error for call in server.calls_of("setMyCommands")))
        await bot.ask(server.user("Ada"))
        admin = server.user("Late", id=4242)
        admin.says(server.group("Readers", [admin]), "/help")
        await bot.ask(admin)
        await server.wait_until(lambda: ("chat:4242", "de") in server.state.commands)
        listed = [each["command"] for each in server.state.commands["chat:4242", ""]]
        assert listed[len(texts.READER_COMMANDS) :] == [name for name, _ in admin_texts.ADMIN_COMMANDS]
        before = len(server.calls_of("setMyCommands"))
        await bot.ask(admin)
        assert len(server.calls_of("setMyCommands")) == before


async def test_stats_come_with_a_picture(running: RunningBot, ada: User) -> None:
    answer = await running.ask(ada, QUESTION)
    await running.ask(ada, UNANSWERABLE)
    await running.server.wait_for_answer(ada.presses(answer, texts.DOWN_BUTTON))
    picture = await running.ask(running.admin, "/stats")
    assert "2 questions in 1 conversation\nAnswered: 1 (50%)\nNot answered: 1\nVotes: 👍 0  👎 1" in picture.text
    assert picture.file is not None
    assert picture.file.content.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture.file.content[16:24]) == (1200, 900)


async def test_gaps_group_what_no_article_answers(running: RunningBot, ada: User) -> None:
    bob = running.server.user("Bob")
    for user, question in (
        (ada, "When will the airport of Borden open?"),
        (bob, "Who builds the Borden airport?"),
        (bob, UNANSWERABLE),
    ):
        await running.ask(user, question)
    gaps = await running.ask(running.admin, "/gaps")
    first, second = gaps.text.split("\n\n")[1:]
    assert set(first.partition(" (")[0].split(", ")) == {"airport", "borden"}
    assert "(2 times, by 2 people)" in first
    assert "• When will the airport of Borden open?" in first
    assert UNANSWERABLE in second


async def test_feedback_and_why_tell_how_an_answer_came_about(running: RunningBot, ada: User) -> None:
    answer = await running.ask(ada, QUESTION)
    await running.server.wait_for_answer(ada.presses(answer, texts.DOWN_BUTTON))
    feedback = await running.ask(running.admin, "/feedback")
    assert f"1. {QUESTION}\n👎 1 · sure: " in feedback.text
    assert feedback.entity_texts("expandable_blockquote") == [ANSWERING]
    running.admin.presses(feedback, "Why 1")
    why = await running.next_in(running.admin.opens_chat())
    assert f"Asked: {QUESTION}\nSearched for: {QUESTION}\n" in why.text
    assert re.search(r"1\. 0\.\d{3} · Old bridge opens again \[\d+:\d+\]\n", why.text)
    assert re.search(r"retrieve \d+\.\d ms", why.text)
    assert re.search(r"1\. .* · \d\.\d{3} \(cos 0\.\d\d, BM25 \d+\.\d\)", why.text)
    own = await running.ask(running.admin, QUESTION)
    assert f"Asked: {QUESTION}" in (await running.ask(running.admin, "/why", reply_to=own)).text
    assert (await running.ask(running.admin, "/why")).text == admin_texts.WHY_HOW


async def test_a_ban_asks_first_works_once_and_is_logged(running: RunningBot, ada: User) -> None:
    group = running.server.group("Readers", [ada, running.admin])
    ada.says(group, f"/ask {QUESTION}")
    answer = await running.next_in(group)
    running.admin.says(group, "/ban", reply_to=answer)
    asked = await running.next_in(group)
    assert asked.text == admin_texts.ask_to_ban(ada.id)
    assert await running.server.wait_for_answer(ada.presses(asked, "Yes, do it")) == admin_texts.NOT_YOURS
    stale = _data(asked, "Yes, do it")
    running.admin.presses(asked, "Yes, do it")
    await running.server.wait_until(lambda: asked.text == admin_texts.banned(ada.id))
    assert asked.buttons == []
    assert await running.server.wait_for_answer(running.admin.presses_again(asked, stale)) == admin_texts.SETTLED
    assert (await running.ask(ada, QUESTION)).text == texts.BANNED
    ada.says(ada.opens_chat(), QUESTION)
    asked = await running.ask(running.admin, f"/unban {ada.id}")
    running.admin.presses(asked, "Yes, do it")
    await running.server.wait_until(lambda: asked.text == admin_texts.unbanned(ada.id))
    assert ANSWERING in (await running.ask(ada, QUESTION)).text
    actions = [(action.admin, action.action, action.subject) for action in running.app.store.moderation.actions()]
    assert actions == [
        ("tg:99", "unban", f"tg:{ada.id}"),
        ("tg:99", "/unban", ""),
        ("tg:99", "ban", f"tg:{ada.id}"),
        ("tg:99", "/ban", ""),
    ]


async def test_nobody_but_admins_gets_any_of_it(running: RunningBot, ada: User) -> None:
    for name, _ in admin_texts.ADMIN_COMMANDS:
        assert (await running.ask(ada, f"/{name}")).text == texts.ADMINS_ONLY


async def test_a_topic_keeps_its_answers_contexts_and_votes_inside(running: RunningBot, ada: User) -> None:
    forum = running.server.group("Readers", [ada], topics=["Bridges"])
    [thread] = forum.topics
    ada.says(forum, f"/ask {QUESTION}", thread=thread)
    answer = await running.next_in(forum)
    ada.presses(answer, _data(answer, "Context"))
    context = await running.next_in(forum)
    assert (answer.thread_id, context.thread_id) == (thread, thread)
