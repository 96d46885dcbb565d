"""Every adapter tells how old the newest article is, where a reply says so."""

from dataclasses import replace
from datetime import date
from io import StringIO

from rich.console import Console

from bot.adapters.jsonl import reply_as_json
from bot.adapters.telegram.views.html import plain_text
from bot.adapters.telegram.views.messages import reply_message
from bot.adapters.terminal import show_reply
from bot.adapters.translation import speak
from bot.adapters.web.pages.templates import page
from bot.adapters.web.pages.turns import shown_turn
from bot.store import Store
from tests.bot.examples import answer, refusal

LINE = "The newest article here is of 4 May 2024"
REPLIES = [replace(reply, newest=date(2024, 5, 4)) for reply in (answer(), refusal())]


def test_telegram_the_terminal_and_the_page_say_it_below_and_json_gives_the_day() -> None:
    for reply in REPLIES:
        assert LINE in plain_text(reply_message(reply).segments).splitlines()[-1]
        console = Console(width=100, file=(shown := StringIO()))
        show_reply(reply, console=console)
        assert LINE in shown.getvalue()
        assert LINE in bytes(page("turn.html", turn=shown_turn(reply), place=1, token="t").body).decode()
        assert reply_as_json(reply)["newest_article"] == "2024-05-04"


def test_where_it_is_no_matter_nothing_is_said() -> None:
    for reply in (answer(), refusal()):
        assert "newest" not in plain_text(reply_message(reply).segments)
        assert "newest_article" not in reply_as_json(reply)


def test_it_is_said_in_the_readers_language() -> None:
    speak("de")
    assert "Der neueste Artikel hier ist vom 4. Mai 2024" in plain_text(reply_message(REPLIES[0]).segments)
    speak("en")


def test_it_is_kept_with_the_reply() -> None:
    with Store.in_memory() as store:
        for reply in REPLIES:
            store.save_reply(reply)
        assert [store.load_reply(reply.id) for reply in REPLIES] == REPLIES
