"""Links to the reading page, and what opens it where not everybody may."""

import pytest
from itsdangerous import TimestampSigner

from bot.adapters.jsonl import reply_as_json
from bot.adapters.permalinks import Permalinks, is_signed, permalinks_from, reading_path, signature
from bot.settings import Settings
from tests.bot.examples import BRIDGE, COST, OPENED, answer

_KEY = b"k" * 32
_TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def test_a_citation_has_a_link_to_its_words() -> None:
    links = [cited["permalink"] for cited in reply_as_json(answer(), Permalinks("https://news.example"))["citations"]]
    page = f"https://news.example/a/bridge/{BRIDGE.revision}"
    assert links == [f"{page}?q={each.quote.span.start}-{each.quote.span.end}#q1" for each in (OPENED, COST)]
    assert "permalink" not in reply_as_json(answer())["citations"][0]


@pytest.mark.parametrize(
    ("article", "path"),
    [
        ("2024/05/a story.txt", "/a/2024%2F05%2Fa%20story.txt/0a"),
        ("https://x.example/?a=1#b", "/a/https:%2F%2Fx.example%2F%3Fa=1%23b/0a"),
        ("../../etc", "/a/..%2F..%2Fetc/0a"),
        ("\r\nSet-Cookie: x", "/a/%0D%0ASet-Cookie:%20x/0a"),
        ("\udcff", "/a/%3F/0a"),
    ],
)
def test_any_id_stands_in_one_part_of_the_path(article: str, path: str) -> None:
    assert reading_path(article, "0a").replace("%3D", "=") == path


def test_nobody_links_to_pages_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    assert permalinks_from(Settings.from_environment()) is None
    monkeypatch.setenv("PUBLIC_URL", "https://news.example/")
    assert permalinks_from(Settings.from_environment()) == Permalinks("https://news.example")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", _TOKEN)
    monkeypatch.setenv("ALLOWED_IDS", "12")
    limited = permalinks_from(Settings.from_environment())
    assert limited is not None
    assert limited.key is not None
    assert _TOKEN not in repr(limited)


def test_a_signature_opens_one_article_in_one_revision() -> None:
    given_out = signature(_KEY, "a/b", "0a")
    assert is_signed(_KEY, given_out, "a/b", "0a")
    for key, word, article, revision in [
        (_KEY, given_out, "a", "b/0a"),
        (_KEY, given_out, "a/b", "0b"),
        (_KEY, given_out[:-1], "a/b", "0a"),
        (_KEY, "", "a/b", "0a"),
        (_KEY, "é.ü", "a/b", "0a"),
        (b"j" * 32, given_out, "a/b", "0a"),
    ]:
        assert is_signed(key, word, article, revision) is False


def test_a_signature_has_a_life(monkeypatch: pytest.MonkeyPatch) -> None:
    now = TimestampSigner("any").get_timestamp()
    given_out = signature(_KEY, "a", "0a")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + 29 * 86_400)
    assert is_signed(_KEY, given_out, "a", "0a")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + 31 * 86_400)
    assert is_signed(_KEY, given_out, "a", "0a") is None
