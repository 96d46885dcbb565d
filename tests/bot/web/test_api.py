"""/v1: the JSON of the command line over HTTP, who may have it, and what is refused."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.adapters.api_keys import KeyScope, make_key
from bot.adapters.web import WebConfig
from bot.settings import Settings
from tests.bot.examples import BRIDGE, FERRY
from tests.bot.web.site import ANSWERING, OPEN, QUESTION, Site, served_site

_READ, _ADMIN = make_key("reader", KeyScope.READ), make_key("editor", KeyScope.ADMIN)
_KEYED = replace(OPEN, api_keys=(_READ[1], _ADMIN[1]))


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path) as site:
        yield site


@pytest_asyncio.fixture
async def keyed(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path, config=_KEYED) as site:
        yield site


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    told = response.json()
    assert told["status"] == response.status_code
    assert told["title"]
    return told["status"], told["detail"]


async def test_an_answer_is_that_of_the_command_line_with_links(site: Site) -> None:
    told = (await site.client.post("/v1/ask", json={"question": QUESTION})).json()
    assert (told["answered"], told["answer"], told["kind"]) == (True, "Ada Brook", "fact")
    assert told["citations"][0]["quote"] == ANSWERING == BRIDGE.text[slice(*_span(told["citations"][0]))]
    opened = await site.client.get(told["citations"][0]["permalink"])
    assert "<mark" in opened.text
    assert {"resolved_question", "confidence", "reason", "passages", "timings_ms", "reply"} <= told.keys()
    vote = {"reply": told["reply"], "vote": "up"}
    assert (await site.client.post("/v1/feedback", json=vote)).status_code == 204
    assert _problem(await site.client.post("/v1/feedback", json={**vote, "reply": "0"}))[0] == 404


async def test_of_several_questions_the_first_is_answered_and_the_others_can_be_asked_on(site: Site) -> None:
    several = {"question": f"{QUESTION} And how much did the work cost?", "conversation": "several"}
    told = (await site.client.post("/v1/ask", json=several)).json()
    assert (told["answer"], told["further_questions"]) == ("Ada Brook", ["And how much did the work cost?"])
    further = {**several, "question": told["further_questions"][0]}
    assert (await site.client.post("/v1/ask", json=further)).json()["answer"] == "4.2 million euros"


def _span(citation: dict[str, Any]) -> tuple[int, int]:
    return citation["start"], citation["end"]


async def test_a_named_conversation_goes_on_and_a_scope_holds(site: Site) -> None:
    named = {"conversation": "a.1"}
    await site.client.post("/v1/ask", json={"question": QUESTION, **named})
    followed = (await site.client.post("/v1/ask", json={"question": "And how much did the work cost?", **named})).json()
    assert followed["answer"] == "4.2 million euros"
    restricted = {"question": QUESTION, "articles": [FERRY.id], "before": "2030-01-01", "asked_on": "2024-05-05"}
    assert not (await site.client.post("/v1/ask", json=restricted)).json()["answered"]


async def test_articles_are_found_opened_listed_and_checked(site: Site) -> None:
    [found, *_] = (await site.client.post("/v1/search", json={"query": "bridge mayor", "limit": 2})).json()["results"]
    assert found["text"] == BRIDGE.text[slice(*_span(found))]
    opened = (await site.client.get(f"/v1/articles/{BRIDGE.id}")).json()
    assert (opened["text"], opened["revision"], opened["current"]) == (BRIDGE.text, BRIDGE.revision, True)
    assert BRIDGE.text[slice(*opened["sentences"][1])] == ANSWERING
    assert _problem(await site.client.get("/v1/articles/nobody"))[0] == 404
    assert _problem(await site.client.get(f"/v1/articles/{BRIDGE.id}?revision=0123"))[0] == 404
    listed = (await site.client.get("/v1/sources?q=courier&limit=5")).json()
    assert (listed["total"], [one["id"] for one in listed["articles"]]) == (1, ["bridge"])
    [quote] = (await site.client.post("/v1/check", json={"text": f"“{ANSWERING}”"})).json()["quotes"]
    assert (quote["verdict"], quote["matches"][0]["article"]) == ("verbatim", "bridge")
    assert quote["matches"][0]["permalink"].startswith(str(site.client.base_url))


async def test_questions_are_answered_while_texts_wait_to_be_checked_and_only_so_many_do(site: Site) -> None:
    is_over = threading.Event()
    site.core.checking.submit(is_over.wait)
    asked = [site.client.post("/v1/check", json={"text": f"“{number} people”"}) for number in range(21)]
    checks = [asyncio.create_task(one) for one in asked]
    try:
        [refused], _ = await asyncio.wait(checks, return_when=asyncio.FIRST_COMPLETED)
        assert (refused.result().status_code, refused.result().headers["Retry-After"]) == (503, "5")
        assert (await site.client.post("/v1/ask", json={"question": QUESTION})).json()["answered"]
        assert not any(check.done() for check in checks if check is not refused)
    finally:
        is_over.set()
    checked = await asyncio.gather(*(check for check in checks if check is not refused))
    assert [len(one.json()["quotes"]) for one in checked] == [1] * 20


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"question": ""}', 422),
        (b'{"question": "Who?", "befor": "2024-01-01"}', 422),
        (b'{"question": "Who?", "before": "soon"}', 422),
        (b'{"question": "\\ud800?"}', 422),
        (b'{"question": "\xff"}', 422),
        (b'{"question": "Who?", "conversation": "../x"}', 422),
        (json.dumps({"question": "w" * 4_001}).encode(), 422),
        (b"[" * 100_000, 422),
        (b'{"question": "' + b"x" * 10_000_000 + b'"}', 413),
    ],
)
async def test_what_is_not_as_it_should_be_is_refused_as_a_problem(site: Site, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert _problem(await site.client.post("/v1/ask", content=body, headers=headers))[0] == status


async def test_a_form_of_another_page_is_no_request(site: Site) -> None:
    body = b'{"question": "Who?"}'
    plain = await site.client.post("/v1/ask", content=body, headers={"Content-Type": "text/plain"})
    assert _problem(plain)[0] == 415
    for marks in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        headers = {"Content-Type": "application/json", **marks}
        assert _problem(await site.client.post("/v1/ask", content=body, headers=headers))[0] == 403
    rebound = await site.client.get("/v1/sources", headers={"Host": "evil.example"})
    assert rebound.status_code == 421


@pytest.mark.parametrize(
    "marks",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": "203.0.113.5, 127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "203.0.113.5"},
    ],
)
async def test_a_proxy_makes_nobody_a_program_of_this_machine(site: Site, marks: dict[str, str]) -> None:
    refused = await site.client.get("/v1/sources", headers=marks)
    assert _problem(refused)[0] == 401


async def test_with_keys_a_key_is_needed_and_one_for_reading_changes_nothing(keyed: Site) -> None:
    ask = keyed.client.get
    for headers in ({}, _bearer("nq_wrong"), {"Authorization": "Basic eDp5"}, _bearer(_READ[1].digest)):
        refused = await ask("/v1/sources", headers=headers)
        assert (_problem(refused)[0], refused.headers["www-authenticate"]) == (401, 'Bearer realm="newsquote"')
    for key in (_READ[0], _ADMIN[0]):
        assert (await ask("/v1/sources", headers=_bearer(key))).status_code == 200
    for call in (
        keyed.client.get("/v1/admin/status", headers=_bearer(_READ[0])),
        keyed.client.post("/v1/admin/reload", headers=_bearer(_READ[0])),
        keyed.client.delete("/v1/admin/articles/bridge", headers=_bearer(_READ[0])),
        keyed.client.post("/v1/admin/articles", json={}, headers=_bearer(_READ[0])),
    ):
        assert _problem(await call)[0] == 403
    forwarded = {"X-Forwarded-For": "203.0.113.5", **_bearer(_READ[0])}
    assert (await ask("/v1/sources", headers=forwarded)).status_code == 200


async def test_without_keys_no_program_changes_anything(site: Site) -> None:
    assert _problem(await site.client.post("/v1/admin/reload"))[0] == 403


async def test_a_key_has_its_requests_a_minute(tmp_path: Path) -> None:
    async with served_site(tmp_path, config=replace(_KEYED, api_requests_per_minute=2)) as site:
        told = [await site.client.get("/v1/sources", headers=_bearer(_READ[0])) for _ in range(3)]
        assert [one.status_code for one in told] == [200, 200, 429]
        assert 0 < int(told[2].headers["retry-after"]) <= 60
        assert (await site.client.get("/v1/sources", headers=_bearer(_ADMIN[0]))).status_code == 200


async def test_a_slow_body_is_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.web.bodies._BODY_SECONDS", 0.3)

    url = site.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = "POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    writer.write(head.encode())
    answer = (await asyncio.wait_for(reader.read(), 5)).decode()
    writer.close()
    assert answer.startswith("HTTP/1.1 408 ")
    assert json.loads(answer.partition("\r\n\r\n")[2])["status"] == 408


async def test_articles_come_and_go_by_a_key_of_scope_admin(tmp_path: Path) -> None:
    async with served_site(tmp_path, config=_KEYED) as site:
        key = _bearer(_ADMIN[0])
        text = "The lighthouse of Tolby was painted blue in a single night. Nobody knows who did it."
        added = await site.client.post(
            "/v1/admin/articles", json={"articles": [{"id": "light", "text": text}]}, headers=key
        )
        assert (added.status_code, added.json()["added"]) == (200, ["light"])
        found = await site.client.post("/v1/check", json={"text": "painted blue in a single night"}, headers=key)
        assert found.json()["quotes"][0]["verdict"] == "verbatim"
        status = (await site.client.get("/v1/admin/status", headers=key)).json()
        assert status["articles"] == 3
        removed = await site.client.delete("/v1/admin/articles/light", headers=key)
        assert removed.json()["removed"] == ["light"]
        assert _problem(await site.client.delete("/v1/admin/articles/light", headers=key))[0] == 404
        assert _problem(await site.client.post("/v1/admin/articles", json={}, headers=key))[0] == 422


def test_a_key_is_kept_as_a_hash_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    key, kept = make_key("a-1", KeyScope.ADMIN)
    assert key not in str(kept)
    monkeypatch.setenv("API_KEYS", f"{kept}, {_READ[1]}")
    settings = Settings.from_environment()
    assert settings.api_keys == (kept, _READ[1])
    assert kept.digest not in repr(settings)
    assert WebConfig(None, api_keys=settings.api_keys).__repr__().count(kept.digest) == 0
