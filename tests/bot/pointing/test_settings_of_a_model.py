"""What is set about a language model: nothing is built without an address, and no secret is shown."""

import json
from pathlib import Path

import pytest

from bot.adapters.telegram.views.admin_messages import explanation_message
from bot.adapters.web.config import config_from
from bot.admin.reports import Explanation
from bot.app import build_pointing
from bot.pointing import Judgement, shipped_judgement
from bot.settings import Settings
from bot.store import Store
from index.errors import SettingsInvalid
from tests.bot.pointing.bots import ScriptedModel, bot_with

_URL = "http://reader:hunter2@127.0.0.1:9/v1"


def _set(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Settings.from_environment()


def test_without_an_address_nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _set(monkeypatch, LLM_MODEL="tiny", LLM_KEY="sk-1")
    with Store.in_memory() as store:
        assert build_pointing(settings, store) is None
    assert config_from(settings).language_model is None


def test_an_address_needs_the_name_of_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _set(monkeypatch, LLM_URL=_URL)
    with Store.in_memory() as store, pytest.raises(SettingsInvalid, match="LLM_MODEL should be the name of a model"):
        build_pointing(settings, store)


def test_no_secret_of_a_model_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _set(monkeypatch, LLM_URL=_URL, LLM_MODEL="tiny", LLM_KEY="sk-1")
    assert not {"hunter2", "sk-1"} & set(repr(settings).replace("'", " ").replace(":", " ").split())
    monkeypatch.setenv("LLM_URL", "ftp://reader:hunter2@host")
    with pytest.raises(SettingsInvalid) as raised:
        Settings.from_environment()
    assert str(raised.value) == (
        "LLM_URL should be an address that starts with http:// or https://; its value is not shown"
    )


def test_choices_are_judged_by_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fitted = Judgement((0.5, 0.25, 1.0, -1.0), 0.1, 0.35)
    (tmp_path / "llm.json").write_text(json.dumps(fitted.as_json()))
    settings = _set(monkeypatch, LLM_URL=_URL, LLM_MODEL="tiny")
    with Store.in_memory() as store:
        shipped = build_pointing(settings, store)
        named = build_pointing(_set(monkeypatch, LLM_JUDGEMENT=str(tmp_path / "llm.json")), store)
    assert shipped is not None
    assert named is not None
    assert (shipped.judgement, named.judgement) == (shipped_judgement(), fitted)
    assert (shipped.seconds, shipped.model.name) == (3.0, "tiny")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"weights": {}, "bias": 0, "threshold": 0}'])
def test_a_file_of_something_else_is_refused(content: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "llm.json").write_text(content)
    settings = _set(monkeypatch, LLM_URL=_URL, LLM_MODEL="tiny", LLM_JUDGEMENT=str(tmp_path / "llm.json"))
    with Store.in_memory() as store, pytest.raises(SettingsInvalid, match="LLM_JUDGEMENT"):
        build_pointing(settings, store)


def test_why_says_what_came_of_the_model() -> None:
    with bot_with(ScriptedModel()) as bot:
        (reply,) = bot.chat("Who opened the old bridge?")
    lines = "".join(one.text for one in explanation_message(Explanation(reply, (), (), "now")).segments).split("\n")
    (line,) = [line for line in lines if line.startswith("Language model: ")]
    assert line.startswith(
        "Language model: scripted · understanding: does not fit · choosing: does not fit · 20 tokens, "
    )
