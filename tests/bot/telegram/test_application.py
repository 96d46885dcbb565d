"""How the bot starts: against which server, and with which secrets kept."""

import pytest
import telegram
from telegram.error import InvalidToken

from bot.adapters.telegram import TelegramConfig, build_application
from tests.bot.telegram.fakes import TOKEN, FakeSentAnswers, RecordingRequest, fake_app


def test_the_servers_address_can_be_set() -> None:
    config = TelegramConfig(TOKEN, "http://127.0.0.1:9/bot", "http://127.0.0.1:9/file/bot")
    application = build_application(fake_app(), FakeSentAnswers(), config)
    assert application.bot.base_url == f"http://127.0.0.1:9/bot{TOKEN}"
    assert application.bot.base_file_url == f"http://127.0.0.1:9/file/bot{TOKEN}"


def test_the_token_is_not_in_the_configs_repr() -> None:
    assert TOKEN not in repr(TelegramConfig(TOKEN))


async def test_a_rejected_token_is_named_nowhere() -> None:
    request = RecordingRequest()
    request.fail("getMe", (401, {"ok": False, "description": "Unauthorized"}))
    application = build_application(fake_app(), FakeSentAnswers(), TelegramConfig(TOKEN), request=request)
    with pytest.raises(InvalidToken) as caught:
        await application.initialize()
    assert TOKEN not in str(caught.value)


async def test_a_telegram_that_stumbles_at_the_start_is_asked_again() -> None:
    request = RecordingRequest()
    request.fail("getMe", (502, {"ok": False, "description": "Bad Gateway"}))
    application = build_application(fake_app(), FakeSentAnswers(), TelegramConfig(TOKEN), request=request)
    async with application:
        assert application.bot.username == "newsquote_bot"


def test_the_library_is_of_the_version_whose_inner_parts_are_known() -> None:
    """For another, look at what `delivery/bot.py` and `delivery/http.py` use of it whose names begin with `_`."""
    assert telegram.__version__ == "22.8"
