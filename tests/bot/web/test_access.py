"""Who may read and ask where a list limits it: signed links, and Telegram's word for who opens a Mini App."""

import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from itsdangerous import TimestampSigner

from bot.adapters.permalinks import Permalinks, reading_path
from bot.adapters.web.access import user_of
from tests.bot.examples import BRIDGE, FERRY, OPENED
from tests.bot.web.site import OPEN, QUESTION, Site, served_site

_TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
_KEY = b"k" * 32
_LIMITED = replace(OPEN, allowed_ids=frozenset({7}), admin_ids=frozenset({8}), link_key=_KEY, bot_token=_TOKEN)
_PAGE = reading_path("bridge", BRIDGE.revision)


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path, config=_LIMITED) as site:
        yield site


def init_data(user_id: int, *, token: str = _TOKEN, age: float = 0, **fields: str) -> str:
    """What Telegram opens a Mini App with."""
    said = {"auth_date": str(int(time.time() - age)), "query_id": "AAE", "user": json.dumps({"id": user_id}), **fields}
    signed = "\n".join(f"{name}={value}" for name, value in sorted(said.items()))
    key = hmac.digest(b"WebAppData", token.encode(), "sha256")
    return urlencode({**said, "hash": hmac.digest(key, signed.encode(), "sha256").hex()})


async def test_nothing_is_open_to_whoever_is_not_on_the_list(site: Site) -> None:
    for path in ("/", "/sources", _PAGE, f"{_PAGE}?s=", f"{_PAGE}?s=a.b", "/a/bridge"):
        refused = await site.client.get(path)
        assert (refused.status_code, BRIDGE.title in refused.text) == (403, False)
    assert (await site.client.post("/ask", data={"question": QUESTION})).status_code == 403
    assert (await site.client.get("/context/r1/1")).status_code == 404


async def test_a_signed_link_opens_one_article_for_a_month(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    link = Permalinks("", _KEY).to_quote(OPENED.quote).partition("#")[0]
    page = await site.client.get(link)
    assert page.status_code == 200
    signed = link.partition("&s=")[2]
    assert f"#q1&amp;s={signed}" not in page.text
    assert f'data-carried="&amp;s={signed}"' in page.text
    assert (await site.client.get(f"{reading_path('ferry', FERRY.revision)}?s={signed}")).status_code == 403
    now = TimestampSigner("any").get_timestamp()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + 31 * 86_400)
    late = await site.client.get(link)
    assert (late.status_code, "This link has expired." in late.text) == (403, True)


async def test_quotes_are_cited_by_links_that_open(site: Site) -> None:
    page = await site.client.get(Permalinks("", _KEY).to_quote(OPENED.quote).partition("#")[0])
    cited = page.text.partition('id="plain1"')[2].partition("</textarea>")[0].splitlines()[-1]
    site.client.cookies.clear()
    link = cited.replace("&amp;", "&").partition("#")[0]
    assert (await site.client.get(link.removeprefix(str(site.client.base_url)))).status_code == 200


@pytest.mark.parametrize("user_id", [7, 8])
async def test_whom_telegram_names_and_the_list_has_is_let_in(site: Site, user_id: int) -> None:
    admitted = await site.client.post("/telegram/session", content=init_data(user_id))
    assert admitted.status_code == 204
    assert "HttpOnly" in admitted.headers["set-cookie"]
    assert (await site.client.get(_PAGE)).status_code == 200
    assert "Who opened" in await site.ask()


_FORGED: dict[str, Callable[[], str]] = {
    "of somebody who is not on the list": lambda: init_data(9),
    "signed for another bot": lambda: init_data(7, token="110201543:another"),
    "old": lambda: init_data(7, age=2 * 60 * 60),
    "of the future": lambda: init_data(7, age=-600),
    "changed": lambda: init_data(7).replace("AAE", "AAF"),
    "not signed": lambda: init_data(7).partition("&hash")[0],
    "with a second user": lambda: init_data(9) + "&user=%7B%22id%22%3A7%7D",
    "empty": str,
    "a hash alone": lambda: "hash=",
    "no number": lambda: "user=%7B%7D&auth_date=1&hash=00",
    "long": lambda: "a=" + "b" * 9_000,
    "no text": lambda: "\xff\xfe",
}


@pytest.mark.parametrize("kind", _FORGED)
async def test_forged_and_old_data_lets_nobody_in(site: Site, kind: str) -> None:
    refused = await site.client.post("/telegram/session", content=_FORGED[kind]().encode("latin-1"))
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    assert (await site.client.get(_PAGE)).status_code == 403


async def test_a_forged_session_lets_nobody_in(site: Site) -> None:
    for value in ("7", "Nw.aaaa.bbbb", "é"):
        page = await site.client.get(_PAGE, headers={b"Cookie": f"newsquote_telegram={value}".encode()})
        assert page.status_code == 403


async def test_a_session_of_another_site_is_not_opened(site: Site) -> None:
    refused = await site.client.post(
        "/telegram/session", content=init_data(7), headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert refused.status_code == 403


def test_telegram_names_a_user() -> None:
    assert user_of(init_data(7), _TOKEN) == 7
    assert user_of(init_data(7, user='{"id": "7"}'), _TOKEN) is None
    assert user_of(init_data(7, user="[" * 100_000), _TOKEN) is None


async def test_what_was_quoted_on_telegram_is_marked_in_the_margin(site: Site) -> None:
    await site.client.post("/telegram/session", content=init_data(7))
    assert site.dialogue.reply("tg:7", QUESTION).citations[0].quote == OPENED.quote
    assert 'class="note"' in (await site.client.get(_PAGE)).text


@pytest.mark.parametrize(("url", "framed_by"), [("https://n.example", "https://web.telegram.org"), (None, "'none'")])
async def test_only_telegrams_own_client_may_frame_a_mini_app(tmp_path: Path, url: str | None, framed_by: str) -> None:
    async with served_site(tmp_path, config=replace(_LIMITED, public_url=url)) as site:
        policy = (await site.client.get("/")).headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {framed_by}")
