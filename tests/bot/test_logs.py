"""What the log looks like, and what never stands in it."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import configure_logging

_TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@pytest.fixture(autouse=True)
def _handlers_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_is_an_object_a_line_without_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json", [_TOKEN])
    logging.getLogger("bot.x").info("%s: answered in %.0f ms", "tg:7", 12.3)
    try:
        raise RuntimeError(f"cannot reach https://api.telegram.org/bot{_TOKEN}/getMe")
    except RuntimeError:
        logging.getLogger("some.library").exception("broken by %s", _TOKEN)
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["event"], first["level"], first["logger"]) == ("tg:7: answered in 12 ms", "info", "bot.x")
    assert second["event"] == "broken by [secret]"
    assert "RuntimeError: cannot reach https://api.telegram.org/bot[secret]/getMe" in second["exception"]


def test_text_keeps_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "text", [_TOKEN])
    logging.getLogger("bot.x").warning("low on %s", "disk")
    logging.getLogger("bot.x").debug("not shown")
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith(" WARNING bot.x: low on disk")


def test_libraries_that_log_bodies_are_held_back(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("DEBUG", "text")
    for name in ("telegram.Bot", "telegram.ext.ExtBot", "httpx"):
        logging.getLogger(name).info("parameters: {'text': 'Who opened it?'}")
    assert capsys.readouterr().err == ""
