"""The MCP server, by a client of the official SDK: over standard input and output, as another program starts it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import pytest_asyncio

from index import Article
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.library import DiskLibrary
from tests.late_imports import imported_when_used

if TYPE_CHECKING:
    import mcp
    import mcp_types
else:
    mcp = imported_when_used("mcp")
    mcp_types = imported_when_used("mcp_types")

_BRIDGE = Article(
    "news/bridge",
    "Old bridge opens again",
    "The old bridge in Marlow was closed for two years. The mayor, Ada Brook, opened it again on 3 May 2024. “We will"
    " keep the ferry for the winter,” Brook said. The repair cost 4.2 million euros.",
    "The Courier",
)
_TOOLS = ["ask", "check_quote", "open_article", "said", "search", "timeline"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, shipped_embedder: OnnxEmbedder) -> Path:
    folder = tmp_path_factory.mktemp("index")
    DiskLibrary(folder).rebuild([_BRIDGE], shipped_embedder)
    return folder


def _server(index: Path) -> "mcp.StdioServerParameters":
    environment = {**os.environ, "PUBLIC_URL": "https://news.example"}
    arguments = ["-m", "bot", "mcp", "--index", str(index)]
    return mcp.StdioServerParameters(command=sys.executable, args=arguments, env=environment)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(index: Path) -> "AsyncIterator[mcp.Client]":
    """A client of one server for all of these tests; whoever connects must hang up as well, hence the task."""
    connected, is_over = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def stay_connected() -> None:
        async with mcp.Client(_server(index), read_timeout_seconds=60) as client:
            connected.set_result(client)
            await is_over.wait()

    connection = asyncio.create_task(stay_connected())
    await asyncio.wait([connected, connection], return_when=asyncio.FIRST_COMPLETED)
    if not connected.done():
        connection.result()
    yield connected.result()
    is_over.set()
    await connection


async def _called(client: "mcp.Client", tool: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - a tool's own
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    told: dict[str, Any] = result.structured_content
    return told


def _texts(contents: Sequence[object]) -> list[str]:
    return [one.text for one in contents if isinstance(one, mcp_types.TextContent | mcp_types.TextResourceContents)]


@pytest.mark.asyncio(loop_scope="module")
async def test_every_tool_answers_with_slices_that_can_be_checked(client: "mcp.Client") -> None:
    listed = await client.list_tools()
    assert sorted(tool.name for tool in listed.tools) == _TOOLS
    assert all(tool.description and tool.annotations and tool.annotations.read_only_hint for tool in listed.tools)

    answer = await _called(client, "ask", question="How much did the repair of the bridge cost?")
    assert (answer["answered"], answer["answer"]) == (True, "4.2 million euros")
    said = await _called(client, "said", name="Brook")
    assert [one["speaker"]["name"] for one in said["citations"]] == ["Ada Brook"]
    timeline = await _called(client, "timeline", subject="the bridge in Marlow")
    for cited in [*answer["citations"], *said["citations"], *timeline["citations"]]:
        assert cited["quote"] == _BRIDGE.text[cited["start"] : cited["end"]]
        assert cited["permalink"].startswith(
            f"https://news.example/a/news%2Fbridge/{_BRIDGE.revision}?q={cited['start']}-"
        )
    assert 0 < answer["confidence"] <= 1

    found = (await _called(client, "search", words="ferry winter", most=1))["results"]
    assert [one["text"] for one in found] == [_BRIDGE.text[found[0]["start"] : found[0]["end"]]]
    [checked] = (await _called(client, "check_quote", text="“The repair cost 4.3 million euros”"))["quotes"]
    assert (checked["verdict"], checked["matches"][0]["text"]) == ("altered", "The repair cost 4.2 million euros")


@pytest.mark.asyncio(loop_scope="module")
async def test_articles_are_opened_by_tool_and_as_resources(client: "mcp.Client") -> None:
    opened = await _called(client, "open_article", article=_BRIDGE.id)
    assert (opened["text"], opened["revision"], opened["revisions"]) == (
        _BRIDGE.text,
        _BRIDGE.revision,
        [_BRIDGE.revision],
    )
    assert opened["resource"] == f"newsquote://article/{quote(_BRIDGE.id, safe='')}"
    read = await client.read_resource(opened["resource"])
    assert _texts(read.contents) == [_BRIDGE.text]
    listing = await client.read_resource("newsquote://articles")
    assert json.loads(_texts(listing.contents)[0])["articles"][0]["id"] == _BRIDGE.id


@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_be_asked_is_an_error_that_says_why(client: "mcp.Client") -> None:
    unknown = await client.call_tool("open_article", {"article": "nobody"})
    assert unknown.is_error
    assert "There is no article 'nobody'." in _texts(unknown.content)[0]
    for arguments in ({}, {"question": ""}, {"question": "x" * 3_000}, {"question": "Who?", "before": "soon"}):
        assert (await client.call_tool("ask", arguments)).is_error


def test_standard_output_holds_nothing_but_the_protocol(index: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": "Who opened the bridge?"}},
    }
    started = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    typed = "".join(f"{json.dumps(one)}\n" for one in (hello, started, call))
    parameters = _server(index)
    done = subprocess.run(
        [parameters.command, *parameters.args],
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        env=parameters.env,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [line["jsonrpc"] for line in lines] == ["2.0"] * len(lines)
    assert {1, 2} >= {line.get("id") for line in lines}
