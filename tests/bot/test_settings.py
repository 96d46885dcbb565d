"""Where settings come from, what a bad one says, and that .env.example tells all of them."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import Settings
from index.errors import SettingsInvalid
from index.settings import IndexSettings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, and no variable set."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_every_default_runs() -> None:
    settings = Settings.from_environment()
    assert settings.telegram_bot_token is None
    assert settings.model_dump(exclude={"model_cache", "telegram_bot_token"}) == {
        "articles": Path("seeds"),
        "index": Path("var/index"),
        "embedding_model": None,
        "vector_url": None,
        "vector_grace_seconds": 60,
        "keep_snapshots": 3,
        "feeds": (),
        "feed_minutes": 30,
        "telegram_api_url": "https://api.telegram.org/bot",
        "telegram_file_url": "https://api.telegram.org/file/bot",
        "admin_ids": frozenset(),
        "allowed_ids": frozenset(),
        "database_url": "sqlite:///var/newsquote.db",
        "reader_model": None,
        "answer_threshold": None,
        "conversation_idle_hours": 12.0,
        "log_level": "INFO",
        "log_format": "text",
        "webhook_url": None,
        "webhook_listen": ("127.0.0.1", 8443),
        "webhook_secret": None,
        "health_listen": None,
        "web_listen": ("127.0.0.1", 8080),
        "public_url": None,
        "api_keys": (),
        "api_requests_per_minute": 3_000,
        "answer_within_minutes": 30,
        "questions_per_minute": 20,
        "most_waiting": 500,
        "messages_per_second": 30,
        "readers_may_bring": False,
        "further_questions": 3,
        "alerts_a_day": 5,
        "watches_a_chat": 50,
        "retention_days": 90,
        "llm_url": None,
        "llm_model": None,
        "llm_key": None,
        "llm_seconds": 3.0,
        "llm_tokens_a_day": 1_000_000,
        "llm_judgement": None,
        "correction_days": 7,
    }


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("KEEP_SNAPSHOTS=5\nLOG_LEVEL=debug\nOF_ANOTHER_PROGRAM=1\n")
    monkeypatch.setenv("KEEP_SNAPSHOTS", "7")
    settings = Settings.from_environment()
    assert (settings.keep_snapshots, settings.log_level) == (7, "DEBUG")


def test_a_given_value_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEX", "from/environment")
    monkeypatch.setenv("ARTICLES", "from/environment")
    settings = IndexSettings.from_environment(index=Path("given"), articles=None)
    assert (settings.index, settings.articles) == (Path("given"), Path("from/environment"))


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = Settings.from_environment()
    for name in Settings.model_fields.keys() - {"web_listen"}:
        monkeypatch.setenv(name.upper(), "")
    assert Settings.from_environment() == defaults


def test_pages_are_served_nowhere_where_the_address_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("WEB_LISTEN=\n")
    assert Settings.from_environment().web_listen is None
    monkeypatch.setenv("WEB_LISTEN", "127.0.0.1:8081")
    assert Settings.from_environment().web_listen == ("127.0.0.1", 8081)
    (tmp_path / ".env").write_text("WEB_LISTEN=127.0.0.1:8082\n")
    monkeypatch.setenv("WEB_LISTEN", "")
    assert Settings.from_environment().web_listen is None


@pytest.mark.parametrize(("text", "ids"), [("12", {12}), (" 12, -1003 ,12,", {12, -1003}), (",", set()), ("007", {7})])
def test_ids_stand_between_commas(text: str, ids: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_IDS", text)
    assert Settings.from_environment().allowed_ids == ids


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("KEEP_SNAPSHOTS", "0", "KEEP_SNAPSHOTS should be greater than or equal to 1; found '0'"),
        (
            "ADMIN_IDS",
            "ann",
            "ADMIN_IDS should be whole numbers with commas between them, such as 12,345; found 'ann'",
        ),
        ("ANSWER_THRESHOLD", "1.5", "ANSWER_THRESHOLD should be less than or equal to 1; found '1.5'"),
        (
            "ANSWER_THRESHOLD",
            "high",
            "ANSWER_THRESHOLD should be a valid number, unable to parse string as a number; found 'high'",
        ),
        ("LOG_LEVEL", "ALL", "LOG_LEVEL should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'; found 'ALL'"),
        (
            "TELEGRAM_API_URL",
            "host:8081",
            "TELEGRAM_API_URL should be an address that starts with http:// or https://; found 'host:8081'",
        ),
    ],
)
def test_a_bad_value_is_named_with_what_was_expected(
    name: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=f"^{re.escape(complaint)}$"):
        Settings.from_environment()


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEP_SNAPSHOTS", "many")
    monkeypatch.setenv("LOG_LEVEL", "ALL")
    with pytest.raises(SettingsInvalid, match=r"(?s)KEEP_SNAPSHOTS.*\nLOG_LEVEL"):
        Settings.from_environment()


def test_the_index_complains_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEP_SNAPSHOTS", "many")
    with pytest.raises(SettingsInvalid, match="KEEP_SNAPSHOTS"):
        IndexSettings.from_environment()


def test_a_malformed_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123 hunter2")
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_environment()
    assert str(refused.value) == (
        "TELEGRAM_BOT_TOKEN should be a bot token as @BotFather gives it, such as 123456:AbC-dEf; "
        "its value is not shown"
    )
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_secrets_stay_out_of_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://ann:hunter2@host/news")
    settings = Settings.from_environment()
    assert "hunter2" not in repr(settings) + str(settings)
    assert settings.telegram_bot_token == SecretStr("123456:hunter2")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings.from_environment().keep_snapshots = 9


def test_the_example_file_tells_every_setting_and_its_meaning() -> None:
    documented = re.findall(r"^# (.+)\n([A-Z_]+)=.*$", EXAMPLE.read_text(), flags=re.MULTILINE)
    fields = Settings.model_fields.items()
    assert documented == [(field.description, name.upper()) for name, field in fields]


def test_the_example_file_copied_as_it_is_changes_nothing(tmp_path: Path) -> None:
    defaults = Settings.from_environment()
    (tmp_path / ".env").write_text(EXAMPLE.read_text())
    assert Settings.from_environment() == defaults
