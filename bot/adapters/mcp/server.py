"""The MCP server: tools and resources over a Desk, by the official SDK."""

import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from bot.adapters.desk import MOST_RESULTS, Asked, Desk, Json
from bot.query.operators import Scope

InThread = Callable[[Callable[[], Json | None]], Awaitable[Json | None]]
"""Has a function computed off the loop, and gives what it returns."""

_INSTRUCTIONS: Final = (
    "Answers about news, by verbatim quotes only. Every quote is article.text[start:end] of the revision that is named:"
    " repeat it word for word, with its permalink where there is one, and claim nothing that no quote says. Where"
    " `answered` is false, the articles do not answer the question: say so."
)
_READ_ONLY: Final = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ARTICLES: Final = "newsquote://article/"
_MOST_CHARS: Final = 2_000
_MOST_TEXT: Final = 50_000

_Question = Annotated[str, Field(min_length=1, max_length=_MOST_CHARS)]
_Day = Annotated[date | None, Field(description="YYYY-MM-DD")]


def build_mcp_server(
    desk: Desk, in_thread: InThread, owner: Callable[[], str] = lambda: "mcp", when_checked: InThread | None = None
) -> MCPServer:
    """Return the server, to be run over any transport. `owner` tells whose conversations are meant, while a call of
    theirs is answered. `when_checked`: has texts checked, where that is done apart."""
    server = MCPServer("newsquote", title="Newsquote", instructions=_INSTRUCTIONS, log_level="WARNING")
    _add_questions(server, desk, in_thread, owner)
    _add_checks(server, desk, when_checked or in_thread)
    _add_articles(server, desk, in_thread)
    return server


def serve_stdio(desk: Desk) -> None:
    """Serve on standard input and output until the input ends."""
    with ThreadPoolExecutor(2, thread_name_prefix="mcp") as threads:

        async def in_thread(function: Callable[[], Json | None]) -> Json | None:
            return await anyio.to_thread.run_sync(lambda: threads.submit(function).result())

        anyio.run(build_mcp_server(desk, in_thread).run_stdio_async)


def _add_questions(server: MCPServer, desk: Desk, in_thread: InThread, owner: Callable[[], str]) -> None:
    @server.tool(title="Ask a question about the news", annotations=_READ_ONLY)
    async def ask(
        question: _Question,
        conversation: Annotated[
            str | None, Field(max_length=100, description="any name: a follow-up has the same")
        ] = None,
        articles: Annotated[list[str] | None, Field(description="ask these articles alone, by id")] = None,
        before: _Day = None,
        asked_on: _Day = None,
    ) -> dict[str, Any]:
        """Answer by verbatim quotes, best first, each with article, revision, start, end and permalink. `confidence` is
        the probability that the first one answers; where `answered` is false, no article does."""
        scope = Scope(frozenset(articles) if articles is not None else None, before, asked_on)
        asked = Asked(question, f"{owner()}:{conversation}" if conversation else None, scope)
        return _told(await in_thread(lambda: desk.ask(asked)))

    @server.tool(title="What somebody said", annotations=_READ_ONLY)
    async def said(
        name: _Question, about: Annotated[str | None, Field(max_length=_MOST_CHARS)] = None
    ) -> dict[str, Any]:
        """Return what a person said, newest first, as verbatim quotes with their speaker."""
        return _told(await in_thread(lambda: desk.said(name, about)))

    @server.tool(title="What happened when", annotations=_READ_ONLY)
    async def timeline(subject: _Question) -> dict[str, Any]:
        """Return a timeline of a subject as verbatim quotes; `blocks` names the days."""
        return _told(await in_thread(lambda: desk.timeline(subject)))


def _add_checks(server: MCPServer, desk: Desk, when_checked: InThread) -> None:
    @server.tool(title="Check whether quotations are real", annotations=_READ_ONLY)
    async def check_quote(text: Annotated[str, Field(min_length=1, max_length=_MOST_TEXT)]) -> dict[str, Any]:
        """Say of each quotation in a text (of the whole text, if it has no quotation marks) whether an article has it:
        verbatim, altered, cut, stitched, other_speaker, or not_found, which does not mean false."""
        return _told(await when_checked(lambda: desk.check(text)))


def _add_articles(server: MCPServer, desk: Desk, in_thread: InThread) -> None:
    @server.tool(title="Search passages", annotations=_READ_ONLY)
    async def search(
        words: _Question,
        most: Annotated[int, Field(ge=1, le=MOST_RESULTS)] = 10,
        articles: Annotated[list[str] | None, Field(description="search these articles alone, by id")] = None,
        before: _Day = None,
    ) -> dict[str, Any]:
        """Return the passages that are found for words, best first, each a slice of its article."""
        scope = Scope(frozenset(articles) if articles is not None else None, before)
        return _told(await in_thread(lambda: desk.search(words, scope, most)))

    @server.tool(title="Open an article", annotations=_READ_ONLY)
    async def open_article(article: str, revision: str | None = None) -> dict[str, Any]:
        """Return an article's text, in service or in a revision that is kept, and what is known of it."""
        found = await in_thread(lambda: desk.article(article, revision))
        if found is None:
            raise ToolError(f"There is no article {article!r}{f' in revision {revision!r}' if revision else ''}.")
        return {**found, "resource": f"{_ARTICLES}{quote(found['id'], safe='')}"}

    @server.resource("newsquote://articles", title="Articles that can be quoted", mime_type="application/json")
    async def articles() -> str:
        """List the first articles by title, each with its id, and how many there are."""
        return json.dumps(await in_thread(desk.sources), ensure_ascii=False)

    @server.resource(f"{_ARTICLES}{{article}}", title="An article", mime_type="text/plain")
    async def article(article: str) -> str:
        """Give the text of the article in service with that id, percent-encoded."""
        found = await in_thread(lambda: desk.article(unquote(article)))
        if found is None:
            raise ValueError(f"There is no article {unquote(article)!r}.")
        return str(found["text"])


def _told(found: Json | None) -> dict[str, Any]:
    return found or {}
