"""Links and buttons that lead from an answer on Telegram to the words where they stand."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.permalinks import Permalinks, is_signed
from bot.adapters.telegram import TelegramConfig
from tests.bot.examples import BRIDGE, COST, LAST_FERRY, OPENED
from tests.bot.telegram.conftest import GROUP, Stage
from tests.bot.telegram.fakes import ANSWER, BOT_NAME, TOKEN

_PAGE = f"https://news.example/a/bridge/{BRIDGE.revision}"
_SPAN = OPENED.quote.span


@pytest.fixture
def config(request: pytest.FixtureRequest) -> TelegramConfig:
    """Pages as the test says: public, or not."""
    permalinks: Permalinks | None = getattr(request, "param", Permalinks("https://news.example"))
    return TelegramConfig(TOKEN, questions_per_minute=1_000, messages_per_second=0, permalinks=permalinks)


def _buttons(call: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # whatever a bot sends
    return [button for row in call.params["reply_markup"]["inline_keyboard"] for button in row]


async def test_the_number_of_a_quote_leads_to_its_words_and_the_title_to_the_publisher(stage: Stage) -> None:
    [answer] = await stage.say("Who opened it?")
    text = answer.params["text"]
    assert f'<a href="{_PAGE}?q={_SPAN.start}-{_SPAN.end}#q1">1.</a> <a href="https://courier.example/bridge#' in text


async def test_an_article_without_an_address_is_read_on_the_page(stage: Stage) -> None:
    stage.dialogue.outcome = replace(ANSWER, citations=(LAST_FERRY,), short_answer=None)
    [answer] = await stage.say("When did it run?")
    assert len(re.findall(r'<a href="https://news\.example/a/ferry/', answer.params["text"])) == 2


async def test_a_button_opens_the_article_at_all_that_is_quoted_inside_telegram(stage: Stage) -> None:
    stage.dialogue.outcome = replace(ANSWER, citations=(OPENED, COST), n_strong=2)
    [answer] = await stage.say("Who opened it?")
    [button] = [each for each in _buttons(answer) if each["text"] == "See it in the article"]
    place, other = _SPAN, COST.quote.span
    assert button["web_app"] == {"url": f"{_PAGE}?q={place.start}-{place.end}&q={other.start}-{other.end}"}


async def test_in_a_group_the_button_is_a_link(stage: Stage) -> None:
    [answer] = await stage.say(f"@{BOT_NAME} Who opened it?", chat=GROUP)
    [button] = [each for each in _buttons(answer) if each["text"] == "See it in the article"]
    assert button["url"] == f"{_PAGE}?q={_SPAN.start}-{_SPAN.end}#q1"


@pytest.mark.parametrize("config", [Permalinks("http://news.example")], indirect=True)
async def test_without_https_nothing_opens_inside_telegram(stage: Stage) -> None:
    [answer] = await stage.say("Who opened it?")
    assert [each["url"] for each in _buttons(answer) if each["text"] == "See it in the article"] != []


@pytest.mark.parametrize("config", [None, Permalinks("http://localhost:8080")], indirect=True)
async def test_nothing_links_to_pages_that_telegram_cannot_open(stage: Stage) -> None:
    [answer] = await stage.say("Who opened it?")
    assert "/a/bridge" not in answer.params["text"]
    assert "See it in the article" not in [each["text"] for each in _buttons(answer)]


@pytest.mark.parametrize("config", [Permalinks("https://news.example", b"k" * 32)], indirect=True)
async def test_where_a_list_limits_who_may_ask_links_are_signed(stage: Stage) -> None:
    [answer] = await stage.say("Who opened it?")
    signed = re.findall(r"&amp;s=([^#\"]+)#q1", answer.params["text"])
    assert [is_signed(b"k" * 32, each, "bridge", BRIDGE.revision) for each in signed] == [True]


async def test_a_press_shows_quotes_with_their_places_too(stage: Stage) -> None:
    stage.dialogue.outcome = replace(ANSWER, citations=(OPENED, COST), n_strong=2)
    await stage.say("Who opened it?")
    [more] = [call for call in await stage.press("more:0123456789abcdef:1") if call.method == "sendMessage"]
    assert f'<a href="{_PAGE}?q={COST.quote.span.start}-' in more.params["text"]
