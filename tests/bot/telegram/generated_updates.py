"""Updates of every kind, and of one that Telegram does not know, made by hypothesis, words as bad as they get."""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from tests.bot.telegram.fakes import BOT_ID, BOT_NAME, REPLY_ID
from tests.botapi.tdparse import detect_entities

Json = dict[str, Any]
Made = st.SearchStrategy[Json]

_NASTY: Final = (
    "",
    " ",
    "🎈",
    "👩‍👩‍👧‍👦" * 40,
    "<b>Who</b> opened <a href='tg://user?id=1'>it</a>?",
    "*Who* _opened_ `it`? [x](javascript:alert(1))",
    "</blockquote><b>1. Forged citation</b>",
    "Who opened it?\u202etxt.exe",
    "Who\x00 opened\x07 it\x1b[31m?",
    "\u2066\u2067\u2068hidden\u2069",
    "a" * 10_000,
    "й" * 4_096,
    "/start",
    "/ask",
    f"/ask@{BOT_NAME} Who opened it?",
    "/ask@other_bot Who?",
    "/help /reload /stats",
    "/reload",
    "/rollback",
    "/forget",
    "/privacy",
    "/new",
    "/sources",
    "/start reply_" + "A" * 60,
    "/" + "x" * 300,
    f"@{BOT_NAME}",
    f"@{BOT_NAME} Who opened the bridge?",
    "'; DROP TABLE turns; --",
    "And in August?",
    "Who is he?",
)
_WORDS: Final = st.one_of(st.sampled_from(_NASTY), st.text(st.characters(codec="utf-8"), max_size=300))
_IDS: Final = st.integers(1, 2**40)
_DATES: Final = st.integers(1_767_225_600, 1_767_312_000)

_PERSON: Final = st.fixed_dictionaries(
    {"id": st.integers(1, 40), "is_bot": st.just(False), "first_name": _WORDS.map(lambda words: words[:64] or "A")},
    optional={
        "last_name": st.text(max_size=20),
        "username": st.just("ada_l"),
        "language_code": st.sampled_from(["en", "de", "ar", "pt-br", "x"]),
        "is_premium": st.booleans(),
    },
)
_PRIVATE: Final = st.fixed_dictionaries({"id": st.integers(1, 40), "type": st.just("private")})
_GROUP: Final = st.fixed_dictionaries(
    {"id": st.integers(-50, -1), "type": st.just("group"), "title": st.text(max_size=20)}
)
_SUPERGROUP: Final = st.fixed_dictionaries(
    {
        "id": st.integers(-1_000_000_000_040, -1_000_000_000_001),
        "type": st.just("supergroup"),
        "title": st.text(max_size=20),
    },
    optional={"is_forum": st.booleans(), "username": st.just("readers")},
)
_CHANNEL: Final = st.fixed_dictionaries(
    {"id": st.integers(-1_000_000_000_080, -1_000_000_000_041), "type": st.just("channel"), "title": st.just("News")}
)
_CHATS: Final = st.one_of(_PRIVATE, _GROUP, _SUPERGROUP)
_BOT: Final = {"id": BOT_ID, "is_bot": True, "first_name": "Newsquote", "username": BOT_NAME}
_FILE: Final = {"file_id": "f", "file_unique_id": "u", "file_size": 9}

_WORDLESS: Final[dict[str, Any]] = {
    "photo": [{**_FILE, "width": 1, "height": 1}],
    "document": _FILE,
    "voice": {**_FILE, "duration": 1},
    "audio": {**_FILE, "duration": 1},
    "video": {**_FILE, "duration": 1, "width": 1, "height": 1},
    "video_note": {**_FILE, "duration": 1, "length": 1},
    "animation": {**_FILE, "duration": 1, "width": 1, "height": 1},
    "sticker": {**_FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False},
    "contact": {"phone_number": "1", "first_name": "A"},
    "location": {"latitude": 1.5, "longitude": 2.5},
    "venue": {"location": {"latitude": 1.5, "longitude": 2.5}, "title": "x", "address": "y"},
    "dice": {"emoji": "🎲", "value": 3},
    "game": {"title": "x", "description": "y", "photo": []},
    "story": {"chat": {"id": -1001, "type": "channel", "title": "x"}, "id": 1},
    "pinned_message": {"message_id": 4, "date": 0, "chat": {"id": -1001, "type": "channel", "title": "x"}},
    "new_chat_members": [_BOT],
    "left_chat_member": _BOT,
    "new_chat_title": "x",
    "delete_chat_photo": True,
    "group_chat_created": True,
    "migrate_to_chat_id": -1_000_000_000_009,
    "forum_topic_created": {"name": "Bridges", "icon_color": 7322096},
    "forum_topic_closed": {},
    "video_chat_ended": {"duration": 3},
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 86400},
    "users_shared": {"request_id": 1, "users": []},
    "web_app_data": {"data": "x", "button_text": "y"},
    "successful_payment": {
        "currency": "XTR",
        "total_amount": 1,
        "invoice_payload": "x",
        "telegram_payment_charge_id": "a",
        "provider_payment_charge_id": "b",
    },
    "unheard_of": {"a": [1, {"b": None}]},
}


@st.composite
def _messages(draw: st.DrawFn, chats: Made = _CHATS) -> Json:
    message: Json = {"message_id": draw(_IDS), "date": draw(_DATES), "chat": draw(chats)}
    if draw(st.integers(0, 9)):
        message["from"] = draw(_PERSON)
    else:
        message["sender_chat"] = message["chat"]
    if draw(st.booleans()):
        message["text"] = draw(_WORDS)
        message["entities"] = detect_entities(message["text"])
    else:
        kind = draw(st.sampled_from(sorted(_WORDLESS)))
        message[kind] = _WORDLESS[kind]
        if draw(st.booleans()):
            message["caption"] = draw(_WORDS)
    if draw(st.integers(0, 3)) == 0:
        message["message_thread_id"] = draw(st.integers(1, 9))
        message["is_topic_message"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        message["reply_to_message"] = {
            "message_id": draw(_IDS),
            "date": draw(_DATES),
            "chat": message["chat"],
            "from": draw(st.sampled_from([_BOT, {**_BOT, "id": 5}])),
            "text": draw(_WORDS),
        }
    if draw(st.integers(0, 5)) == 0:
        message["media_group_id"] = draw(st.sampled_from("ab"))
    if draw(st.integers(0, 5)) == 0:
        message["edit_date"] = draw(_DATES)
    return message


_DATA: Final = st.one_of(
    st.sampled_from(
        [f"{action}:{REPLY_ID}{end}" for action in ("ctx", "more", "near", "up", "down") for end in ("", ":1", ":99")]
        + ["src:0", "src:99999", "forget:yes:7", "forget:no:7", "", "x" * 64, "ctx:../../etc:1"]
    ),
    st.text(max_size=20),
)


@st.composite
def _presses(draw: st.DrawFn) -> Json:
    press: Json = {"id": str(draw(_IDS)), "from": draw(_PERSON), "chat_instance": "1"}
    kind = draw(st.integers(0, 5))
    if kind == 0:
        press |= {"inline_message_id": "AAA", "data": draw(_DATA)}
    elif kind == 1:
        press |= {"game_short_name": "x"}
    elif kind == 2:
        gone = {"chat": draw(_CHATS), "message_id": draw(_IDS), "date": 0}
        press |= {"message": gone, "data": draw(_DATA)}
    else:
        data = draw(_DATA)
        message = {**draw(_messages()), "from": _BOT}
        if kind > 3:
            message["reply_markup"] = {"inline_keyboard": [[{"text": "A button", "callback_data": data}]]}
        press |= {"message": message, "data": data}
    return press


def _member(status: str) -> Json:
    return {"status": status, "user": _BOT, **({"until_date": 0} if status == "kicked" else {})}


_CHANGES: Final = st.builds(
    lambda chat, person, date, old, new: {
        "chat": chat,
        "from": person,
        "date": date,
        "old_chat_member": _member(old),
        "new_chat_member": _member(new),
    },
    _CHATS,
    _PERSON,
    _DATES,
    st.sampled_from(["member", "kicked", "left"]),
    st.sampled_from(["member", "kicked", "left"]),
)
_REACTIONS: Final = st.builds(
    lambda chat, person: {
        "chat": chat,
        "message_id": 1,
        "user": person,
        "date": 0,
        "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "👍"}],
    },
    _CHATS,
    _PERSON,
)
_INLINE: Final = st.builds(
    lambda number, person, words: {"id": str(number), "from": person, "query": words[:256], "offset": ""},
    _IDS,
    _PERSON,
    _WORDS,
)
_POLL: Final = {
    "id": "1",
    "question": "x",
    "options": [{"text": "a", "voter_count": 0, "persistent_id": "1"}],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}


def _about(person: Made, more: Json) -> Made:
    return person.map(lambda somebody: {"from": somebody, **more})


@st.composite
def _guest_messages(draw: st.DrawFn) -> Json:
    """Messages that call the bot into other chats, most of them by its name; some are of bots, or have no query."""
    message = draw(_messages())
    if draw(st.integers(0, 4)) and "text" in message:
        message["text"] = f"@{BOT_NAME} {message['text']}"
        message["entities"] = detect_entities(message["text"])
    if "reply_to_message" in message and draw(st.booleans()):
        message["reply_to_message"]["entities"] = detect_entities(message["reply_to_message"]["text"])
        message["quote"] = {"text": message["reply_to_message"]["text"][:20] or "x", "position": 0}
    if draw(st.integers(0, 9)):
        message["guest_query_id"] = str(draw(_IDS))
    if "from" in message and draw(st.integers(0, 9)) == 0:
        message["from"] = {**message["from"], "is_bot": True}
    return message


_KINDS: Final[dict[str, Callable[[], Made]]] = {
    "message": _messages,
    "edited_message": _messages,
    "channel_post": lambda: _messages(_CHANNEL),
    "edited_channel_post": lambda: _messages(_CHANNEL),
    "business_message": lambda: _messages(_PRIVATE),
    "edited_business_message": lambda: _messages(_PRIVATE),
    "callback_query": _presses,
    "inline_query": lambda: _INLINE,
    "guest_message": _guest_messages,
    "chosen_inline_result": lambda: _about(_PERSON, {"result_id": "1", "query": "Who?"}),
    "my_chat_member": lambda: _CHANGES,
    "chat_member": lambda: _CHANGES,
    "chat_join_request": lambda: _about(
        _PERSON, {"chat": {"id": -1_000_000_000_001, "type": "supergroup", "title": "x"}, "user_chat_id": 1, "date": 0}
    ),
    "message_reaction": lambda: _REACTIONS,
    "poll": lambda: st.just(_POLL),
    "shipping_query": lambda: _about(
        _PERSON,
        {
            "id": "1",
            "invoice_payload": "x",
            "shipping_address": dict.fromkeys(
                ("country_code", "state", "city", "street_line1", "street_line2", "post_code"), "x"
            ),
        },
    ),
    "pre_checkout_query": lambda: _about(
        _PERSON, {"id": "1", "currency": "XTR", "total_amount": 1, "invoice_payload": "x"}
    ),
    "purchased_paid_media": lambda: _about(_PERSON, {"paid_media_payload": "x"}),
    "unheard_of": lambda: st.just({"anything": [1, None, {"x": "y"}]}),
}


def updates(kind: str | None = None) -> Made:
    """Updates without their number, of one kind; of all kinds, half of them are messages."""
    kinds = st.just(kind) if kind else st.one_of(st.just("message"), st.sampled_from(sorted(_KINDS)))
    return kinds.flatmap(lambda kind: _KINDS[kind]().map(lambda body: {kind: body}))
