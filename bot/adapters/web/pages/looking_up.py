"""Pages that look something up beside the conversation: a quote in context, articles that were found, all sources."""

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.adapters.listing import narrowed
from bot.adapters.web.access import Access
from bot.adapters.web.core import WebCore
from bot.adapters.web.pages import texts
from bot.adapters.web.pages.templates import message_page, page, wants_part
from bot.adapters.web.pages.turns import shown_quote
from bot.adapters.web.serving import RouteGroup
from bot.adapters.web.visitors import Visitor, visitor_of
from bot.replies import Reply
from index import Article

_ARTICLES_A_PAGE: Final = 25
_LONGEST_WORDS: Final = 100


def look_up_pages(core: WebCore, access: Access) -> RouteGroup:
    """Return the routes."""
    pages = _LookUpPages(core, access)
    return RouteGroup(
        [
            Route("/context/{reply}/{number:int}", pages.context, methods=["GET"]),
            Route("/articles/{reply}", pages.articles, methods=["GET"]),
            Route("/sources", pages.sources, methods=["GET"]),
        ]
    )


class _LookUpPages:
    def __init__(self, core: WebCore, access: Access) -> None:
        self._core = core
        self._access = access

    async def context(self, request: Request) -> Response:
        """Show the sentences around a quote of the browser's own conversation."""
        reply, number = await self._own_reply(request), request.path_params["number"]
        found = await asyncio.to_thread(self._core.dialogue.context, reply.id, number) if reply else None
        if reply is None or found is None:
            return message_page(404, texts.FORGOTTEN)
        name = "around.html" if wants_part(request) else "context.html"
        return page(name, reply=reply, context=found, quote=shown_quote(found.citation))

    async def articles(self, request: Request) -> Response:
        """Show the articles that were found for a question of the browser's own conversation."""
        reply = await self._own_reply(request)
        found = await asyncio.to_thread(self._core.dialogue.articles_found, reply.id) if reply else None
        if reply is None or found is None:
            return message_page(404, texts.FORGOTTEN)
        return page("articles.html", reply=reply, articles=found)

    async def sources(self, request: Request) -> Response:
        """Show the articles that can be quoted, or those with certain words in their titles or sources."""
        if not self._access.may_ask(request):
            return message_page(403, texts.NOT_OPEN, texts.NOT_OPEN_WHY)
        words = " ".join(request.query_params.get("words", "").split())[:_LONGEST_WORDS]
        wanted = request.query_params.get("page", "1")
        return await asyncio.to_thread(self._sources, words, int(wanted) if wanted[:6].isdecimal() else 1)

    def _sources(self, words: str, wanted: int) -> Response:
        found = narrowed(self._core.dialogue.sources(), words)
        last = max(-(-len(found) // _ARTICLES_A_PAGE), 1)
        current = min(max(wanted, 1), last)
        first = (current - 1) * _ARTICLES_A_PAGE
        shown: Sequence[Article] = found[first : first + _ARTICLES_A_PAGE]
        return page(
            "sources.html", here="sources", articles=shown, total=len(found), words=words, current=current, last=last
        )

    async def _own_reply(self, request: Request) -> Reply | None:
        visitor = visitor_of(request)
        if visitor.is_new or not self._access.may_ask(request):
            return None
        return await asyncio.to_thread(own_reply, self._core, visitor, request.path_params["reply"])


def own_reply(core: WebCore, visitor: Visitor, reply_id: str) -> Reply | None:
    """Return a reply of the browser's own conversation; None for any other."""
    reply = core.dialogue.recall(reply_id)
    return reply if reply is not None and reply.conversation_id == visitor.conversation_id else None
