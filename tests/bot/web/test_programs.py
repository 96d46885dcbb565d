"""Real clients of what programs ask: the `openai` package, an MCP client of the official SDK, schemathesis, curl."""

import asyncio
import json
import shlex
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest
import pytest_asyncio

from bot.adapters import wording
from bot.adapters.api_keys import KeyScope, make_key
from bot.answering import RefusalReason
from index import Article
from index.ingest.sources import read_articles
from tests.bot.examples import BRIDGE
from tests.bot.web.site import ANSWERING, OPEN, QUESTION, Site, served_site
from tests.conftest import ROOT
from tests.late_imports import imported_when_used

if TYPE_CHECKING:
    import mcp
    import openai
    from mcp.client import streamable_http
else:
    mcp = imported_when_used("mcp")
    openai = imported_when_used("openai")
    streamable_http = imported_when_used("mcp.client.streamable_http")

_READ, _OTHER = make_key("reader", KeyScope.READ), make_key("other", KeyScope.READ)
_ADMIN = make_key("admin", KeyScope.ADMIN)


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path, config=replace(OPEN, api_keys=(_READ[1], _OTHER[1], _ADMIN[1]))) as site:
        yield site


def _openai(site: Site, key: str = _READ[0]) -> "openai.AsyncOpenAI":
    return openai.AsyncOpenAI(base_url=f"{str(site.client.base_url).rstrip('/')}/v1", api_key=key, max_retries=0)


async def test_the_openai_package_gets_quotes_with_their_exact_places(site: Site) -> None:
    async with _openai(site) as client:
        assert [model.id async for model in client.models.list()] == ["newsquote"]
        asked = [{"role": "user", "content": QUESTION}]
        done = await client.chat.completions.create(model="newsquote", messages=asked)  # type: ignore[arg-type]
        message = done.choices[0].message
        assert message.content is not None
        assert message.content.startswith(f"“{ANSWERING}” [1]\n[1] Old bridge opens again · The Courier · 4 May 2024")
        place = message.annotations[0].url_citation if message.annotations else None
        assert place is not None
        assert message.content[place.start_index : place.end_index] == ANSWERING
        extra = place.model_extra or {}
        assert BRIDGE.text[extra["start"] : extra["end"]] == ANSWERING
        assert (extra["revision"], place.url.startswith(str(site.client.base_url))) == (BRIDGE.revision, True)

        stream = await client.chat.completions.create(model="newsquote", messages=asked, stream=True)  # type: ignore[arg-type]
        assert isinstance(stream, openai.AsyncStream)
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == message.content
        assert chunks[-1].choices[0].finish_reason == "stop"
        last = chunks[-1].choices[0].delta.model_extra or {}
        assert [one["url_citation"]["start_index"] for one in last["annotations"]] == [place.start_index]


async def test_several_questions_of_a_message_are_answered_in_one_text_each_below_its_words(site: Site) -> None:
    async with _openai(site) as client:
        asked = [{"role": "user", "content": f"{QUESTION} And how much did the work cost?"}]
        done = await client.chat.completions.create(model="newsquote", messages=asked)  # type: ignore[arg-type]
        message = done.choices[0].message
        first, _, second = (message.content or "").partition("\n\nAnd how much did the work cost?\n")
        assert first.startswith(f"{QUESTION}\n“{ANSWERING}” [1]\n")
        assert "4.2 million euros" in second
        quoted = []
        for one in message.annotations or []:
            place = one.url_citation
            extra = place.model_extra or {}
            quoted.append((message.content or "")[place.start_index : place.end_index])
            assert quoted[-1] == BRIDGE.text[extra["start"] : extra["end"]]
        assert quoted[0] == ANSWERING


async def test_a_chat_goes_on_and_what_no_article_answers_is_refused(site: Site) -> None:
    async with _openai(site) as client:
        chat = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": f"“{ANSWERING}” [1]"},
            {"role": "user", "content": [{"type": "text", "text": "And how much did the work cost?"}]},
        ]
        done = await client.chat.completions.create(model="newsquote", messages=chat)  # type: ignore[arg-type]
        assert "4.2 million euros" in (done.choices[0].message.content or "")
        asked = [{"role": "user", "content": "What is the capital of Mongolia?"}]
        done = await client.chat.completions.create(model="newsquote", messages=asked)  # type: ignore[arg-type]
        assert done.choices[0].message.content in [wording.refusal(reason) for reason in RefusalReason]
        assert done.choices[0].message.annotations == []
    async with _openai(site, "nq_wrong") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.models.list()


async def test_an_mcp_client_asks_over_http_with_a_key(site: Site) -> None:
    url = f"{str(site.client.base_url).rstrip('/')}/mcp"

    async def answer(key: str, question: str) -> str:
        http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60)
        async with http, mcp.Client(streamable_http.streamable_http_client(url, http_client=http)) as client:
            asked = {"question": question, "conversation": "a"}
            told = (await client.call_tool("ask", asked)).structured_content
            return str(told["resolved_question"])

    await answer(_READ[0], QUESTION)
    follow_up = "And how much did the work cost?"
    assert await answer(_READ[0], follow_up) != follow_up
    assert await answer(_OTHER[0], follow_up) == follow_up
    refused = await site.client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")


async def test_the_document_is_valid_and_shown_on_a_page(site: Site) -> None:
    document = (await site.client.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    shown = await site.client.get("/api")
    assert shown.status_code == 200
    assert all(path in shown.text for path in document["paths"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "paths", "tested"), [(_READ[0], "^/", 12), (_ADMIN[0], "^/v1/admin/", 4)], ids=["read", "admin"]
)
async def test_whatever_the_document_allows_breaks_nothing(site: Site, key: str, paths: str, tested: int) -> None:
    """Schemathesis asks a little of each operation, sound and unsound requests, and looks for errors of the server."""
    arguments = ["--checks", "not_a_server_error", "--max-examples", "12", "--phases", "examples,coverage,fuzzing"]
    arguments += ["--request-timeout", "60"]  # a reload on a busy machine takes more than the usual ten seconds
    asked = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "run", f"{site.client.base_url}/openapi.json", *arguments,
        "-H", f"Authorization: Bearer {key}", "--include-path-regex", paths, "--generation-database", "none",
        "--no-color", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    told = (await asked.communicate())[0].decode()
    assert asked.returncode == 0, told[-4_000:]
    assert f"Tested: {tested}" in told
    assert (await site.client.get("/healthz")).status_code == 200


async def test_every_curl_line_of_the_documentation_works(tmp_path: Path, seeds: Path) -> None:
    lines = [line.strip() for line in (ROOT / "docs/api.md").read_text("utf-8").splitlines() if "curl " in line[:10]]
    articles = [one for one in read_articles(seeds) if isinstance(one, Article)]
    async with served_site(tmp_path, articles) as site:
        told: dict[str, str] = {}
        for line in lines:
            here = line.replace("http://127.0.0.1:8080", str(site.client.base_url).rstrip("/"))
            here = here.replace("REPLY", str(json.loads(next(iter(told.values()), "{}")).get("reply")))
            run = await asyncio.create_subprocess_exec(
                "curl", "--fail-with-body", *shlex.split(here)[1:], stdout=asyncio.subprocess.PIPE
            )
            told[line] = (await run.communicate())[0].decode()
            assert run.returncode == 0, (line, told[line])
    asked, found, checked, listed, opened, voted, models, whole, streamed = told.values()
    assert json.loads(asked)["answer"] == "Moscow"
    assert len(json.loads(found)["results"]) == 3
    assert json.loads(checked)["quotes"][0]["verdict"] == "verbatim"
    assert json.loads(listed)["total"] in (0, 1)
    assert json.loads(opened)["text"] == articles[0].text
    assert (voted, json.loads(models)["data"][0]["id"]) == ("", "newsquote")
    assert "brokered by Moscow" in json.loads(whole)["choices"][0]["message"]["content"]
    assert streamed.endswith("data: [DONE]\n\n")
