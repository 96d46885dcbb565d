"""The Bot API server the other tests rely on, checked with python-telegram-bot's own client."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    MessageEntity,
    ReplyParameters,
    Update,
    WebAppInfo,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from tests.botapi import (
    TOKEN,
    BotApiServer,
    BotSetup,
    Chat,
    FloodLimits,
    ThreadedBotApiServer,
    User,
    delay,
    drop_after,
    drop_before,
    garbage,
    running_server,
    server_error,
    too_many_requests,
)
from tests.botapi.tdparse import detect_entities

Json = dict[str, Any]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as running:
        yield running


@pytest_asyncio.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with make_bot(server) as ready:
        yield ready


@pytest.fixture
def ada(server: BotApiServer) -> User:
    return server.user("Ada")


@pytest.fixture
def chat(server: BotApiServer, ada: User) -> Chat:
    return server.private_chat(ada)


def make_bot(server: BotApiServer | ThreadedBotApiServer, token: str = TOKEN) -> Bot:
    connections = [HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2)]  # to plain HTTP: no certificates
    return Bot(
        token,
        base_url=server.url,
        base_file_url=server.file_url,
        request=connections[0],
        get_updates_request=connections[1],
    )


def keyboard(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows)


def refusal(description: str) -> re.Pattern[str]:
    return re.compile(re.escape(description), re.IGNORECASE)


async def call(url: str, body: Json | None = None) -> tuple[int, Json]:
    async with aiohttp.ClientSession() as http, http.post(url, json=body) as reply:
        answer: Json = await reply.json()
        return reply.status, answer


async def texts(bot: Bot) -> list[str]:
    updates = await bot.get_updates()
    return [update.effective_message.text or "" for update in updates if update.effective_message]


async def test_a_wrong_token_is_unauthorized(server: BotApiServer) -> None:
    assert await call(f"{server.url}1:wrong/getMe") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )


async def test_an_unknown_method_is_not_found(server: BotApiServer) -> None:
    assert await call(f"{server.url}{TOKEN}/makeTea") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )


async def test_methods_take_json_and_ignore_case(server: BotApiServer, chat: Chat) -> None:
    url = f"{server.url}{TOKEN}/SENDMESSAGE"
    status, body = await call(url, {"chat_id": chat.id, "text": "hello"})
    assert (status, body["result"]["text"]) == (200, "hello")


async def test_a_refusal_has_telegrams_code_and_words(server: BotApiServer) -> None:
    assert await call(f"{server.url}{TOKEN}/sendMessage?chat_id=5&text=x") == (
        400,
        {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"},
    )


async def test_html_becomes_entities_in_utf16_units(bot: Bot, chat: Chat) -> None:
    html = '😀 <b>bold</b> <a href="https://a.org/?x=1&amp;y=2">link</a> &lt;'
    sent = await bot.send_message(chat.id, html, parse_mode="HTML")
    assert sent.text == "😀 bold link <"
    assert [(mark.type, mark.offset, mark.length, mark.url) for mark in sent.entities] == [
        ("bold", 3, 4, None),
        ("text_link", 8, 4, "https://a.org/?x=1&y=2"),
    ]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("1 < 2", 'Unsupported start tag ""'),
        ("<p>x</p>", 'Unsupported start tag "p"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag"),
        ("<span>x</span>", 'must have class "tg-spoiler"'),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "can't be nested"),
    ],
)
async def test_bad_html_is_refused(bot: Bot, chat: Chat, html: str, reason: str) -> None:
    words = f"(?i)can't parse entities: .*{re.escape(reason)}"
    with pytest.raises(BadRequest, match=words):
        await bot.send_message(chat.id, html, parse_mode="HTML")


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b", "<b> </b>"])
async def test_text_without_a_letter_is_refused(bot: Bot, chat: Chat, text: str) -> None:
    with pytest.raises(BadRequest, match=refusal("message text is empty")):
        await bot.send_message(chat.id, text, parse_mode="HTML")


async def test_length_is_counted_in_utf16_units_after_parsing(bot: Bot, chat: Chat) -> None:
    await bot.send_message(chat.id, f"<b>{'😀' * 2048}</b>", parse_mode="HTML")
    with pytest.raises(BadRequest, match=refusal("message is too long")):
        await bot.send_message(chat.id, "😀" * 2048 + "x")


async def test_ends_are_trimmed_and_entities_shift_along(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "\n a <i>b \n</i> ", parse_mode="HTML")
    assert sent.text == "a b"
    assert [(mark.offset, mark.length) for mark in sent.entities] == [(2, 1)]


async def test_bad_html_is_refused_in_edits_and_captions_too(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "Fine")
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities"):
        await bot.edit_message_text("<b>open", chat.id, sent.message_id, parse_mode="HTML")
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities"):
        await bot.send_document(chat.id, b"x", caption="<b>open", parse_mode="HTML")


async def test_links_and_commands_are_marked_unasked(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "/help or https://a.org")
    assert list(sent.parse_entities().values()) == ["/help", "https://a.org"]


async def test_entities_beyond_the_text_are_refused(bot: Bot, chat: Chat) -> None:
    beyond = [MessageEntity(MessageEntity.BOLD, 3, 9)]
    with pytest.raises(BadRequest, match=refusal("ends after the end of the text")):
        await bot.send_message(chat.id, "hello", entities=beyond)


async def test_an_unknown_parse_mode_is_refused(bot: Bot, chat: Chat) -> None:
    with pytest.raises(BadRequest, match=refusal("unsupported parse_mode")):
        await bot.send_message(chat.id, "x", parse_mode="BBCode")


async def test_code_holds_no_other_marks(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "<code>a <i>b</i></code> <b>c</b>", parse_mode="HTML")
    assert [mark.type for mark in sent.entities] == ["code", "bold"]


async def test_a_user_who_blocked_the_bot_cannot_be_written_to(bot: Bot, ada: User, chat: Chat) -> None:
    ada.blocks()
    with pytest.raises(Forbidden, match=refusal("bot was blocked by the user")):
        await bot.send_message(chat.id, "hello")
    ada.unblocks()
    await bot.send_message(chat.id, "hello")


async def test_a_reply_to_no_message_is_refused_unless_allowed(bot: Bot, chat: Chat) -> None:
    with pytest.raises(BadRequest, match=refusal("message to be replied not found")):
        await bot.send_message(chat.id, "x", reply_parameters=ReplyParameters(99))
    lenient = ReplyParameters(99, allow_sending_without_reply=True)
    sent = await bot.send_message(chat.id, "x", reply_parameters=lenient)
    assert sent.reply_to_message is None


async def test_a_reply_carries_the_message_it_answers(bot: Bot, ada: User, chat: Chat) -> None:
    question = ada.says(chat, "why?")
    sent = await bot.send_message(chat.id, "because", reply_parameters=ReplyParameters(question.id))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "why?"


async def test_forum_topics_are_kept_and_unknown_ones_refused(server: BotApiServer, bot: Bot, ada: User) -> None:
    forum = server.group("Desk", [ada], topics=["Economy"])
    (thread,) = forum.topics
    sent = await bot.send_message(forum.id, "x", message_thread_id=thread)
    assert (sent.message_thread_id, sent.is_topic_message) == (thread, True)
    with pytest.raises(BadRequest, match=refusal("message thread not found")):
        await bot.send_message(forum.id, "x", message_thread_id=thread + 50)


async def test_a_group_that_threw_the_bot_out_is_forbidden(server: BotApiServer, bot: Bot, ada: User) -> None:
    group = server.group("Desk", [ada])
    server.removes_bot(group)
    with pytest.raises(Forbidden, match=refusal("bot was kicked")):
        await bot.send_message(group.id, "x")


async def test_a_group_that_was_upgraded_says_where_it_is_now(server: BotApiServer, bot: Bot, ada: User) -> None:
    group = server.group("Desk", [ada], kind="group")
    supergroup = server.upgrades(group)
    with pytest.raises(ChatMigrated) as refused:
        await bot.send_message(group.id, "x")
    assert refused.value.new_chat_id == supergroup.id
    notes = [update.message for update in await bot.get_updates() if update.message is not None][-2:]
    assert [(note.chat.id, note.migrate_to_chat_id, note.migrate_from_chat_id) for note in notes] == [
        (group.id, supergroup.id, None),
        (supergroup.id, None, group.id),
    ]


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        (InlineKeyboardButton("x", callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (InlineKeyboardButton("x", callback_data=""), "Text buttons are unallowed"),
        (InlineKeyboardButton(" ", callback_data="x"), "button text must be non-empty"),
        (InlineKeyboardButton("x", url="not-a-url"), "Wrong HTTP URL"),
        (InlineKeyboardButton("x", url="ftp://a.org"), "Unsupported URL protocol"),
    ],
)
async def test_bad_buttons_are_refused(bot: Bot, chat: Chat, button: InlineKeyboardButton, reason: str) -> None:
    with pytest.raises(BadRequest, match=refusal(reason)):
        await bot.send_message(chat.id, "x", reply_markup=keyboard([button]))


async def test_callback_data_of_64_bytes_is_accepted(bot: Bot, chat: Chat) -> None:
    markup = keyboard([InlineKeyboardButton("x", callback_data="é" * 32)])
    sent = await bot.send_message(chat.id, "x", reply_markup=markup)
    assert sent.reply_markup == markup


async def test_more_than_a_hundred_buttons_are_refused(bot: Bot, chat: Chat) -> None:
    row = [InlineKeyboardButton("x", callback_data="x")]
    with pytest.raises(BadRequest, match=refusal("reply markup is too long")):
        await bot.send_message(chat.id, "x", reply_markup=keyboard(*[row] * 101))


async def test_an_edit_replaces_text_and_keyboard_and_keeps_history(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "one", reply_markup=keyboard([InlineKeyboardButton("x", "https://a.org")]))
    await bot.edit_message_text("<b>two</b>", chat.id, sent.message_id, parse_mode="HTML")
    (message,) = server.messages(chat)
    assert [content.text for content in message.history] == ["one", "two"]
    assert message.buttons == []
    assert message.source == "<b>two</b>"


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "same")
    with pytest.raises(BadRequest, match=refusal("message is not modified: specified new message content")):
        await bot.edit_message_text("same ", chat.id, sent.message_id)
    with pytest.raises(BadRequest, match=refusal("message is not modified")):
        await bot.edit_message_reply_markup(chat.id, sent.message_id)


async def test_only_messages_of_the_bots_own_can_be_edited(bot: Bot, ada: User, chat: Chat) -> None:
    theirs = ada.says(chat, "mine")
    with pytest.raises(BadRequest, match=refusal("message can't be edited")):
        await bot.edit_message_text("x", chat.id, theirs.id)
    with pytest.raises(BadRequest, match=refusal("message to edit not found")):
        await bot.edit_message_text("x", chat.id, 99)


async def test_a_deleted_message_can_be_neither_edited_nor_deleted(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "x")
    await bot.delete_message(chat.id, sent.message_id)
    assert server.messages(chat) == []
    with pytest.raises(BadRequest, match=refusal("message to edit not found")):
        await bot.edit_message_text("y", chat.id, sent.message_id)
    with pytest.raises(BadRequest, match=refusal("message to delete not found")):
        await bot.delete_message(chat.id, sent.message_id)


async def test_a_press_reaches_the_bot_and_its_answer_the_user(
    server: BotApiServer, bot: Bot, ada: User, chat: Chat
) -> None:
    await bot.send_message(chat.id, "x", reply_markup=keyboard([InlineKeyboardButton("More", callback_data="m:1")]))
    query = ada.presses(server.messages(chat)[0], "More")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "m:1"
    await update.callback_query.answer("here", show_alert=True)
    assert await server.wait_for_answer(query) == "here"
    assert server.callback_answers == [query]


async def test_unknown_old_and_answered_queries_are_refused(
    server: BotApiServer, bot: Bot, ada: User, chat: Chat
) -> None:
    await bot.send_message(chat.id, "x", reply_markup=keyboard([InlineKeyboardButton("a", callback_data="a")]))
    first = ada.presses(server.messages(chat)[0], "a")
    await bot.answer_callback_query(first.id)
    second = ada.presses(server.messages(chat)[0], "a")
    server.expires_queries()
    for query_id in ("12345", first.id, second.id):
        with pytest.raises(BadRequest, match=refusal("query is too old and response timeout expired")):
            await bot.answer_callback_query(query_id)


async def test_a_call_for_a_guest_gets_one_answer_there_and_nothing_else_reaches_that_chat(
    server: BotApiServer, bot: Bot, ada: User
) -> None:
    elsewhere = server.foreign_chat([ada, server.user("Grace")])
    asked = ada.summons(elsewhere, "@newsquote_bot who?", reply_to=ada.writes(elsewhere, "It is open."))
    [update] = await bot.get_updates()
    message = update.guest_message
    assert message is not None
    assert message.guest_query_id is not None
    assert message.reply_to_message is not None
    assert (message.guest_query_id, message.text) == (asked.id, "@newsquote_bot who?")
    assert message.reply_to_message.text == "It is open."
    result = InlineQueryResultArticle("1", "x", InputTextMessageContent("<b>Ada</b>", "HTML"))
    await bot.answer_guest_query(asked.id, result)
    assert asked.answer is not None
    assert (asked.answer.text, asked.answer.chat) == ("Ada", elsewhere)
    with pytest.raises(BadRequest, match=refusal("query is too old")):
        await bot.answer_guest_query(asked.id, result)
    with pytest.raises(BadRequest, match=refusal("chat not found")):
        await bot.send_message(elsewhere.id, "Ada")


async def test_what_a_guests_answer_may_not_hold_is_refused(server: BotApiServer, bot: Bot, ada: User) -> None:
    asked = ada.summons(server.foreign_chat([ada]), "@newsquote_bot who?")
    app = InlineKeyboardButton("Open", web_app=WebAppInfo("https://news.example/"))
    for words, markup, reason in (
        ("<b>Ada", None, "can't parse entities"),
        ("x" * 4_097, None, "message is too long"),
        ("Ada", keyboard([app]), "BUTTON_TYPE_INVALID"),
    ):
        content = InputTextMessageContent(words, "HTML")
        with pytest.raises(BadRequest, match=refusal(reason)):
            await bot.answer_guest_query(asked.id, InlineQueryResultArticle("1", "x", content, reply_markup=markup))
    assert asked.answer is None


async def test_without_guest_mode_no_call_reaches_the_bot() -> None:
    async with BotApiServer(BotSetup(guest_mode=False)) as server, make_bot(server) as bot:
        ada = server.user("Ada")
        ada.summons(server.foreign_chat([ada]), "@newsquote_bot who?")
        assert (await bot.get_me()).supports_guest_queries is False
        assert await bot.get_updates() == ()


async def test_a_notice_longer_than_200_is_refused(server: BotApiServer, bot: Bot, ada: User, chat: Chat) -> None:
    await bot.send_message(chat.id, "x", reply_markup=keyboard([InlineKeyboardButton("a", callback_data="a")]))
    query = ada.presses(server.messages(chat)[0], "a")
    with pytest.raises(BadRequest, match=refusal("MESSAGE_TOO_LONG")):
        await bot.answer_callback_query(query.id, "x" * 201)


async def test_pressing_a_button_that_is_not_there_fails(server: BotApiServer, bot: Bot, ada: User, chat: Chat) -> None:
    await bot.send_message(chat.id, "x")
    with pytest.raises(LookupError, match="no callback button 'More'"):
        ada.presses(server.messages(chat)[0], "More")


async def test_updates_come_until_confirmed_by_offset(bot: Bot, ada: User, chat: Chat) -> None:
    ada.says(chat, "one")
    ada.says(chat, "two")
    first, second = await bot.get_updates()
    assert second.update_id > first.update_id
    assert await texts(bot) == ["one", "two"]
    assert await bot.get_updates(offset=second.update_id + 1) == ()
    assert await texts(bot) == []


async def test_a_long_poll_returns_as_soon_as_something_comes(bot: Bot, ada: User, chat: Chat) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.1)
    assert not polling.done()
    ada.says(chat, "now")
    (update,) = await asyncio.wait_for(polling, 2)
    assert update.message is not None
    assert update.message.text == "now"


async def test_a_second_poller_ends_the_older_one(server: BotApiServer, bot: Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.1)
    async with make_bot(server) as other:
        assert await other.get_updates(timeout=0) == ()
    with pytest.raises(Conflict, match=refusal("terminated by other getUpdates request")):
        await older


async def test_polling_is_refused_while_a_webhook_is_set(bot: Bot, ada: User, chat: Chat) -> None:
    ada.says(chat, "early")
    await bot.set_webhook("https://example.org/hook")
    with pytest.raises(Conflict, match=refusal("can't use getUpdates method while webhook is active")):
        await bot.get_updates()
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_a_webhook_without_https_is_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=refusal("bad webhook: An HTTPS URL must be provided")):
        await bot.set_webhook("http://example.org/hook")


async def test_only_allowed_kinds_of_update_are_queued(bot: Bot, ada: User, chat: Chat) -> None:
    await bot.get_updates(allowed_updates=[Update.EDITED_MESSAGE])
    question = ada.says(chat, "one")
    ada.edits(question, "two")
    (update,) = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "two"


@pytest.mark.parametrize(
    ("text", "is_seen"),
    [
        ("good morning", False),
        ("@newsquote_bot good morning", False),
        ("/ask what now", True),
        ("/ask@newsquote_bot what now", True),
        ("/ask@other_bot what now", False),
    ],
)
async def test_privacy_mode_hides_what_is_not_meant_for_the_bot(
    server: BotApiServer, bot: Bot, ada: User, text: str, is_seen: bool
) -> None:
    group = server.group("Desk", [ada])
    server.state.updates.clear()
    ada.says(group, text)
    assert await texts(bot) == ([text] if is_seen else [])


async def test_privacy_mode_shows_replies_to_the_bot_and_to_its_commands(
    server: BotApiServer, bot: Bot, ada: User
) -> None:
    group = server.group("Desk", [ada])
    server.state.updates.clear()
    command = ada.says(group, "/ask who")
    await bot.send_message(group.id, "Which one?")
    ada.says(group, "the first", reply_to=server.messages(group)[0])
    ada.says(group, "that is, me", reply_to=command)
    assert await texts(bot) == ["/ask who", "the first", "that is, me"]


async def test_a_bare_command_goes_to_the_bot_that_spoke_last(server: BotApiServer, bot: Bot, ada: User) -> None:
    other = server.user("Other", username="other_bot", is_bot=True)
    group = server.group("Desk", [ada, other])
    server.state.updates.clear()
    other.says(group, "beep")
    ada.says(group, "/ask who")
    assert await texts(bot) == []


@pytest.mark.parametrize("setup", [BotSetup(privacy_mode=False), BotSetup(mentions_pass_privacy=True)])
async def test_a_mention_is_seen_once_switched_on(setup: BotSetup) -> None:
    async with BotApiServer(setup) as server, make_bot(server) as bot:
        ada = server.user()
        group = server.group("Desk", [ada])
        server.state.updates.clear()
        ada.says(group, "@newsquote_bot hello")
        assert await texts(bot) == ["@newsquote_bot hello"]


async def test_being_added_to_a_group_is_announced_twice(server: BotApiServer, bot: Bot, ada: User) -> None:
    server.group("Desk", [ada])
    membership, arrival = await bot.get_updates()
    assert membership.my_chat_member is not None
    assert membership.my_chat_member.new_chat_member.status == "member"
    assert arrival.message is not None
    assert [user.username for user in arrival.message.new_chat_members] == ["newsquote_bot"]


async def test_a_topic_message_seems_to_answer_the_topics_opening(server: BotApiServer, bot: Bot, ada: User) -> None:
    forum = server.group("Desk", [ada], topics=["Economy"])
    server.state.updates.clear()
    (thread,) = forum.topics
    ada.says(forum, "/ask who", thread=thread)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert (update.message.message_thread_id, update.message.is_topic_message) == (thread, True)
    assert update.message.reply_to_message is not None
    assert update.message.reply_to_message.forum_topic_created is not None


async def test_a_reply_thread_outside_forums_is_not_a_topic(server: BotApiServer, bot: Bot, ada: User) -> None:
    group = server.group("Desk", [ada])
    server.state.updates.clear()
    root = ada.says(group, "/ask who")
    ada.says(group, "/ask again", reply_to=root)
    _, update = await bot.get_updates()
    assert update.message is not None
    assert (update.message.message_thread_id, update.message.is_topic_message) == (root.id, None)
    with pytest.raises(BadRequest, match=refusal("message thread not found")):
        await bot.send_message(group.id, "x", message_thread_id=root.id)


async def test_membership_is_reported(server: BotApiServer, bot: Bot, ada: User) -> None:
    group = server.group("Desk", [ada], username="newsdesk")
    stranger = server.user("Bob")
    assert (await bot.get_chat("@newsdesk")).title == "Desk"
    assert (await bot.get_chat_member(group.id, ada.id)).status == "creator"
    assert (await bot.get_chat_member(group.id, stranger.id)).status == "left"


async def test_commands_are_kept_by_scope_and_language(bot: Bot) -> None:
    await bot.set_my_commands([("ask", "Ask")])
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([("ask", "Frag")], scope=private, language_code="de")
    assert await bot.get_my_commands() == (BotCommand("ask", "Ask"),)
    assert await bot.get_my_commands(private, "de") == (BotCommand("ask", "Frag"),)
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


@pytest.mark.parametrize(
    ("command", "description", "reason"),
    [
        ("Ask", "x", "BOT_COMMAND_INVALID"),
        ("a" * 33, "x", "command length must not exceed 32"),
        ("ask", " ", "command description must be non-empty"),
        ("ask", "x" * 257, "command description length must not exceed 256"),
    ],
)
async def test_bad_commands_are_refused(bot: Bot, command: str, description: str, reason: str) -> None:
    with pytest.raises(BadRequest, match=refusal(reason)):
        await bot.set_my_commands([(command, description)])


async def test_descriptions_have_limits(bot: Bot) -> None:
    await bot.set_my_description("x" * 512)
    assert (await bot.get_my_description()).description == "x" * 512
    with pytest.raises(BadRequest, match=refusal("BOT_SHORT_DESCRIPTION_TOO_LONG")):
        await bot.set_my_short_description("x" * 121)


async def test_a_users_document_can_be_downloaded(bot: Bot, ada: User, chat: Chat) -> None:
    ada.sends_document(chat, "notes.txt", b"some text", caption="/add", mime_type="text/plain")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"some text"
    with pytest.raises(BadRequest, match=refusal("invalid file_id")):
        await bot.get_file("nothing")


async def test_a_sent_document_keeps_its_name_caption_and_bytes(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    await bot.send_document(chat.id, b"a,b", caption="<b>all</b>", parse_mode="HTML", filename="all.csv")
    (message,) = server.messages(chat)
    assert message.file is not None
    assert (message.file.name, message.file.content, message.text) == ("all.csv", b"a,b", "all")
    with pytest.raises(BadRequest, match=refusal("message caption is too long")):
        await bot.send_photo(chat.id, b"jpeg", caption="x" * 1025)


async def test_waiting_returns_each_message_once_and_sees_edits(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    waiting = asyncio.create_task(server.wait_for_message(chat, lambda message: "found" in message.text))
    sent = await bot.send_message(chat.id, "searching")
    await bot.edit_message_text("found it", chat.id, sent.message_id)
    message = await waiting
    assert [content.text for content in message.history] == ["searching", "found it"]
    with pytest.raises(TimeoutError, match="editMessageText found it -> ok"):
        await server.wait_for_message(chat, timeout=0.05)


async def test_calls_and_chat_actions_are_logged(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    await bot.send_chat_action(chat.id, "typing")
    with pytest.raises(BadRequest, match=refusal("wrong parameter action in request")):
        await bot.send_chat_action(chat.id, "dancing")
    assert [(call.params["action"], call.error) for call in server.calls_of("sendChatAction")] == [
        ("typing", None),
        ("dancing", "Bad Request: wrong parameter action in request"),
    ]
    assert [action.action for action in server.chat_actions(chat)] == ["typing"]


async def test_a_rate_limit_says_how_long_to_wait_and_passes(
    server: BotApiServer, bot: Bot, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    server.order_fault(too_many_requests(7), method="sendMessage", chat=chat)
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(chat.id, "x")
    assert refused.value.retry_after == timedelta(seconds=7)
    await bot.send_message(chat.id, "x")
    assert len(server.messages(chat)) == 1


async def test_a_fault_waits_for_its_method_and_chat(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    other = server.private_chat(server.user("Bob"))
    server.order_fault(server_error(), method="sendMessage", chat=other)
    await bot.get_updates()
    await bot.send_message(chat.id, "x")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(other.id, "x")


async def test_garbage_is_no_answer(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    server.order_fault(garbage(accepts=True), times=1)
    with pytest.raises(TelegramError, match="Invalid server response"):
        await bot.send_message(chat.id, "x")
    assert [message.text for message in server.messages(chat)] == ["x"]


async def test_a_slow_answer_outlasts_an_impatient_bot(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    server.order_fault(delay(0.3))
    with pytest.raises(TimedOut):
        await bot.send_message(chat.id, "x", read_timeout=0.05)
    assert (await server.wait_for_message(chat)).text == "x"


async def test_a_dropped_connection_hides_whether_the_message_was_sent(
    server: BotApiServer, bot: Bot, chat: Chat
) -> None:
    server.order_fault(drop_before())
    server.order_fault(drop_after())
    for text in ("lost", "kept"):
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, text)
    assert [message.text for message in server.messages(chat)] == ["kept"]


async def test_flood_limits_are_enforced_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    limits = FloodLimits(per_chat_per_second=5, per_group_per_minute=2)
    async with BotApiServer(BotSetup(flood=limits)) as server, make_bot(server) as bot:
        group = server.group("Desk", [server.user()])
        await bot.send_message(group.id, "one")
        await bot.send_message(group.id, "two")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(group.id, "three")
        assert refused.value.retry_after == timedelta(seconds=60)


async def test_a_webhook_gets_each_update_with_its_secret_until_it_takes_it(
    server: BotApiServer, bot: Bot, ada: User, chat: Chat
) -> None:
    seen: list[tuple[str, str]] = []

    async def receive(request: web.Request) -> web.Response:
        update = await request.json()
        seen.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], update["message"]["text"]))
        return web.Response(status=500 if len(seen) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", receive)
    async with TestServer(app) as target:
        server.deliver_webhooks_to(str(target.make_url("/hook")))
        await bot.set_webhook("https://example.org/hook", secret_token="s3cret")
        ada.says(chat, "one")
        ada.says(chat, "two")
        await server.wait_until(lambda: len(seen) == 3)
    assert seen == [("s3cret", "one"), ("s3cret", "one"), ("s3cret", "two")]


def test_a_server_in_a_thread_serves_tests_that_are_not_coroutines() -> None:
    with running_server() as server:
        ada = server.user("Ada")
        chat = server.private_chat(ada)
        ada.says(chat, "hello")
        asyncio.run(_echo_once(server))
        assert server.wait_for_message(chat).text == "hello"


async def _echo_once(server: ThreadedBotApiServer) -> None:
    async with make_bot(server) as bot:
        (update,) = await bot.get_updates(timeout=5)
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")


def test_marks_that_the_bot_api_does_not_know_are_left_out() -> None:
    assert [entity["type"] for entity in detect_entities("At 08:30 see /status")] == ["bot_command"]


async def test_an_inline_answer_is_checked_and_can_be_sent_on(server: BotApiServer, bot: Bot, ada: User) -> None:
    query = ada.types_inline("who opened it")
    (update,) = await bot.get_updates()
    assert update.inline_query is not None
    assert (update.inline_query.query, update.inline_query.from_user.id) == ("who opened it", ada.id)
    result = InlineQueryResultArticle("1", "Ada", InputTextMessageContent("<b>Ada</b> did", parse_mode="HTML"))
    button = InlineQueryResultsButton("Ask me", start_parameter="q_eA")
    await bot.answer_inline_query(query.id, [result], button=button)
    (offered,) = await server.wait_for_results(query)
    sent = ada.chooses(offered, server.group("Desk", [ada]))
    assert (sent.text, sent.entity_texts("bold"), sent.sender.id) == ("Ada did", ["Ada"], ada.id)
    with pytest.raises(BadRequest, match=refusal("query is too old")):
        await bot.answer_inline_query(query.id, [])


@pytest.mark.parametrize(
    ("result", "start", "reason"),
    [
        (("1", "Title", "<b>open"), "x", "can't parse entities"),
        (("1", "Title", "  "), "x", "message text is empty"),
        (("1", "Title", "x" * 4097), "x", "message is too long"),
        (("x" * 65, "Title", "text"), "x", "RESULT_ID_INVALID"),
        (("1", "Title", "text"), "no spaces", "START_PARAM_INVALID"),
    ],
)
async def test_a_malformed_inline_answer_is_refused(
    server: BotApiServer, ada: User, result: tuple[str, str, str], start: str, reason: str
) -> None:
    query = ada.types_inline("who opened it")
    name, title, text = result
    message = {"message_text": text, "parse_mode": "HTML"}
    article = {"type": "article", "id": name, "title": title, "input_message_content": message}
    button = {"text": "x", "start_parameter": start}
    body = {"inline_query_id": query.id, "results": [article], "button": button}
    status, answer = await call(f"{server.url}{TOKEN}/answerInlineQuery", body)
    assert status == 400
    assert refusal(reason).search(answer["description"])


async def test_a_reply_may_quote_a_part_of_what_it_replies_to(
    server: BotApiServer, bot: Bot, ada: User, chat: Chat
) -> None:
    await bot.send_message(chat.id, "🎈 One. Two.")
    ada.says(chat, "And this?", reply_to=server.messages(chat)[0], quote="Two.")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.quote is not None
    assert (update.message.quote.text, update.message.quote.position) == ("Two.", 8)
    assert update.message.reply_to_message is not None


async def test_a_picture_has_the_size_that_its_header_tells(server: BotApiServer, bot: Bot, chat: Chat) -> None:
    picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")
    sent = await bot.send_photo(chat.id, picture, caption="figures")
    assert [(size.width, size.height) for size in sent.photo] == [(640, 480)]
