"""The chat: one conversation a browser, by plain forms, and what no other browser or site may do in it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.adapters.web.allowance import Allowance, network_of
from bot.replies import Vote
from tests.bot.examples import BRIDGE, FERRY, OPENED
from tests.bot.web.site import ANSWERING, OPEN, QUESTION, Site, embedder, served_site

_LATER_TOKEN = "0" * 64


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path) as site:
        yield site


def _reply_id(page: str) -> str:
    return str(re.findall(r'id="r-([0-9a-f]+)"', page)[-1])


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"</?strong>", "", page)).split())


async def test_a_question_is_answered_by_a_form_alone(site: Site) -> None:
    page = await site.ask()
    assert f"<bdi>{QUESTION}</bdi>" in page
    assert ANSWERING in _words(page)
    span = OPENED.quote.span
    assert f'href="/a/bridge/{BRIDGE.revision}?q={span.start}-{span.end}#q1"' in page
    assert 'href="https://courier.example/bridge#:~:text=' in page
    again = await site.client.get("/")
    assert _reply_id(again.text) == _reply_id(page)


async def test_a_script_is_given_the_turn_alone(site: Site) -> None:
    fields = {"token": await site.token(), "question": QUESTION}
    part = await site.client.post("/ask", data=fields, headers={"X-Part": "1"})
    assert part.text.strip().startswith('<li class="turn"')
    assert part.text.count('<li class="turn"') == 1


async def test_several_questions_of_a_message_are_answered_in_turn(site: Site) -> None:
    fields = {"token": await site.token(), "question": f"{QUESTION} And how much did the work cost?"}
    part = await site.client.post("/ask", data=fields, headers={"X-Part": "1"})
    first, second = part.text.split('<li class="turn"')[1:]
    assert f"<bdi>{QUESTION}</bdi>" in first
    assert "4.2 million euros" in _words(second)
    page = (await site.client.get("/")).text
    assert page.count('<li class="turn"') == 2


async def test_further_questions_of_a_message_count_as_questions(tmp_path: Path) -> None:
    async with served_site(tmp_path, config=replace(OPEN, questions_per_minute=1)) as site:
        page = await site.ask(f"{QUESTION} And how much did the work cost?")
        assert page.count('<li class="turn"') == 1


async def test_a_refusal_offers_the_closest_it_has(site: Site) -> None:
    page = await site.ask("Who flew the helicopter to Mars?")
    assert "I have no article about that" in page
    assert 'class="votes"' not in page


async def test_a_question_in_marks_can_be_asked_without_them(site: Site) -> None:
    page = await site.ask('"the bridge was painted green"')
    assert "No article holds these very words" in page
    assert "Without the quotation marks" in page
    answered = await site.send("/ask", question='"opened it again"', literally="1")
    assert answered.status_code == 303


async def test_a_timeline_can_be_asked_for(site: Site) -> None:
    assert "/timeline" not in await site.ask("/timeline bridge")
    assert [reply.kind.value for reply in site.store.replies(_conversation(site), last=1)] == ["timeline"]


def _conversation(site: Site) -> str:
    with site.store._reading() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT conversation_id FROM turns").scalars().all()
    assert len(found) == 1
    return str(found[0])


async def test_what_is_kept_does_not_tell_the_cookie(site: Site) -> None:
    await site.ask()
    cookie = site.client.cookies["newsquote"]
    assert cookie not in _conversation(site)
    assert re.fullmatch(r"web:[0-9a-f]{32}", _conversation(site))


async def test_the_words_around_a_quote_are_shown(site: Site) -> None:
    reply = _reply_id(await site.ask())
    page = await site.client.get(f"/context/{reply}/1")
    assert (page.status_code, f"<mark>{ANSWERING}</mark> Cyclists may use both lanes." in page.text) == (200, True)
    part = await site.client.get(f"/context/{reply}/1", headers={"X-Part": "1"})
    assert part.text.strip().startswith('<div class="around">')
    assert (await site.client.get(f"/context/{reply}/99")).status_code == 404


async def test_articles_that_were_found_and_all_sources_are_listed(site: Site) -> None:
    reply = _reply_id(await site.ask())
    assert 'href="/a/bridge"' in (await site.client.get(f"/articles/{reply}")).text
    every = (await site.client.get("/sources")).text
    assert "I can quote 2 articles" in every
    assert every.index("Ferry stops") < every.index("Old bridge")
    narrowed = (await site.client.get("/sources", params={"words": "ferry"})).text
    assert ("Old bridge" in narrowed, "Ferry stops" in narrowed) == (False, True)
    assert "No article has “&lt;b&gt;”" in (await site.client.get("/sources", params={"words": "<b>"})).text
    assert (await site.client.get("/sources", params={"page": "²"})).status_code == 200
    assert (await site.client.get("/sources", params={"page": "9" * 400})).status_code == 200


async def test_a_vote_is_kept_as_the_browsers_last(site: Site) -> None:
    reply = _reply_id(await site.ask())
    voted = await site.send("/vote", reply=reply, vote="up")
    assert "Thank you! That helps." in (await site.client.get(voted.headers["location"].partition("#")[0])).text
    await site.send("/vote", reply=reply, vote="down")
    with site.store._reading() as connection:
        kept = connection.exec_driver_sql("SELECT reply_id, voter, value FROM votes").all()
    assert [tuple(row) for row in kept] == [(reply, _conversation(site), Vote.DOWN.value)]


async def test_a_conversation_is_started_over_and_deleted(site: Site) -> None:
    await site.ask()
    await site.ask("thanks!")
    assert (await site.send("/new")).status_code == 303
    assert "turn" not in re.findall(r'class="(turn)"', (await site.client.get("/")).text)
    assert QUESTION not in await site.ask("Who stopped the ferry?")
    assert (await site.send("/ask", question="/new")).headers["location"] == "/"
    assert "Try one of these" in (await site.client.get("/")).text
    conversation = _conversation(site)
    await site.ask()
    await site.send("/forget")
    assert site.store.conversation(conversation, last=9).turns == ()
    assert "Try one of these" in (await site.client.get("/")).text


async def test_another_browser_sees_and_changes_nothing_of_a_conversation(site: Site) -> None:
    reply = _reply_id(await site.ask())
    async with httpx.AsyncClient(base_url=site.client.base_url, trust_env=False) as other:
        stranger = replace(site, client=other)
        token = await stranger.token()
        assert QUESTION not in (await other.get("/")).text
        assert (await other.get(f"/context/{reply}/1")).status_code == 404
        assert (await other.get(f"/articles/{reply}")).status_code == 404
        voted = await other.post("/vote", data={"token": token, "reply": reply, "vote": "up"})
        assert voted.status_code == 404
    assert QUESTION in (await site.client.get("/")).text


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, None),
        ({"Sec-Fetch-Site": "same-site"}, None),
        ({"Origin": "https://evil.example"}, None),
        ({"Origin": "null"}, None),
        ({}, _LATER_TOKEN),
        ({}, ""),
        ({"Cookie": "newsquote="}, None),
        ({"Cookie": f"newsquote={'a' * 43}"}, None),
    ],
)
async def test_a_form_of_another_site_does_nothing(site: Site, headers: dict[str, str], token: str | None) -> None:
    await site.ask()
    good = await site.token()
    fields = {"token": good if token is None else token, "question": "And then?"}
    for path in ("/ask", "/vote", "/new", "/forget"):
        assert (await site.client.post(path, data=fields, headers=headers)).status_code == 403
    assert [reply.question for reply in site.store.replies(_conversation(site), last=9)] == [QUESTION]


async def test_a_question_too_long_or_empty_is_not_read(site: Site) -> None:
    assert (await site.send("/ask", question="a " * 600)).status_code == 422
    assert (await site.send("/ask", question="   ")).headers["location"] == "/"
    assert (await site.send("/ask")).headers["location"] == "/"


async def test_who_asks_too_much_is_asked_to_wait(tmp_path: Path) -> None:
    async with served_site(tmp_path, config=replace(OPEN, questions_per_minute=2)) as site:
        for _ in range(2):
            await site.ask()
        late = await site.send("/ask", question=QUESTION)
        assert late.status_code == 429
        assert 0 < int(late.headers["Retry-After"]) <= 60
        assert "That was a lot of questions in a minute." in late.text
        for _ in range(8):
            site.client.cookies.clear()
            last = await site.send("/ask", question=QUESTION)
        assert last.status_code == 303
        site.client.cookies.clear()
        assert (await site.send("/ask", question=QUESTION)).status_code == 429


def test_an_allowance_comes_back_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    allowance = Allowance(2)
    assert [allowance.take("ann"), allowance.take("ann"), allowance.take("ann")] == [0, 0, 60]
    assert allowance.take("bob") == 0
    now += 59.5
    assert allowance.take("ann") == 1
    now += 0.6
    assert allowance.take("ann") == 0


@pytest.mark.parametrize(
    ("host", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::7:1", "2001:db8::/64"), ("2001:db8::ff", "2001:db8::/64"), ("odd", "odd")],
)
def test_a_household_shares_its_network(host: str, network: str) -> None:
    assert network_of(host) == network


async def test_what_was_quoted_and_has_changed_stands_below_it_at_the_next_visit_and_not_after(site: Site) -> None:
    await site.ask()
    revised = replace(BRIDGE, text=BRIDGE.text.replace("3 May 2024", "4 May 2024"))
    site.library.rebuild([revised, FERRY], embedder())
    site.core.live.refresh()
    page = (await site.client.get("/")).text
    assert "An article has changed since I quoted it to you." in page
    assert "<del>3</del><ins>4</ins>" in page
    place = revised.text.index("The mayor, Ada Brook, opened it again on 4 May 2024.")
    assert f'href="/a/bridge/{revised.revision}?q={place}-{place + 52}#q1"' in page
    assert "<del>" not in (await site.client.get("/")).text
