"""The chat: questions by a form, replies on the page; the same with scripts, which only save loading it again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.adapters.examples import example_articles, example_question
from bot.adapters.web.access import Access
from bot.adapters.web.allowance import Allowance, network_of
from bot.adapters.web.core import WebCore
from bot.adapters.web.pages import texts
from bot.adapters.web.pages.corrections import shown_correction
from bot.adapters.web.pages.looking_up import own_reply
from bot.adapters.web.pages.templates import message_page, page, wants_part
from bot.adapters.web.pages.turns import shown_turn
from bot.adapters.web.serving import RouteGroup
from bot.adapters.web.visitors import Visitor, is_cross_site, remember, visitor_of
from bot.query.kinds import MessageKind
from bot.query.several import MOST_AT_ONCE, split_questions
from bot.replies import Reply, Vote
from index.errors import IndexingError

logger = logging.getLogger(__name__)

LONGEST_QUESTION: Final = 1_000
_SHOWN_REPLIES: Final = 20
_NETWORK_SHARE: Final = 5
"""So many times as much as one browser may ask whoever shares its address: an office, a school."""
_MOST_FIELDS: Final = 10
_TIMELINE: Final = "/timeline "
_AFTER: Final = "newsquote_after"
"""The cookie with the reply after which a conversation began again."""
_LEADS_TO: Final = {"/sources": "/sources", "/digest": "/digest", "/help": "/", "/start": "/"}

Handler = Callable[[Request], Awaitable[Response]]
_Taker = Callable[[Request, Visitor, FormData], Awaitable[Response]]


def chat_pages(core: WebCore, access: Access) -> RouteGroup:
    """Return the routes of the conversation."""
    chat = _Chat(core, access)
    return RouteGroup(
        [
            Route("/", chat.show, methods=["GET"]),
            Route("/ask", chat.taking(chat.ask), methods=["POST"]),
            Route("/vote", chat.taking(chat.vote), methods=["POST"]),
            Route("/new", chat.taking(chat.start_over), methods=["POST"]),
            Route("/forget", chat.taking(chat.forget), methods=["POST"]),
        ]
    )


class _Chat:
    def __init__(self, core: WebCore, access: Access) -> None:
        self._core = core
        self._access = access
        most = core.config.questions_per_minute
        self._of_browsers, self._of_networks = Allowance(most), Allowance(_NETWORK_SHARE * most)
        self._waiting = 0

    async def show(self, request: Request) -> Response:
        """Show the conversation so far, or how to begin one."""
        if not self._access.may_ask(request):
            return message_page(403, texts.NOT_OPEN, texts.NOT_OPEN_WHY)
        visitor = visitor_of(request)
        response = await asyncio.to_thread(self._page, visitor, request)
        response.headers["Cache-Control"] = "no-store"  # who goes back to it sees what was said since
        remember(visitor, response, is_secure=self._core.config.is_secure)
        return response

    def taking(self, taker: _Taker) -> Handler:
        """Return what takes a form of a page of ours, of somebody who may ask, and no other."""

        async def take(request: Request) -> Response:
            if not self._access.may_ask(request):
                return message_page(403, texts.NOT_OPEN, texts.NOT_OPEN_WHY)
            visitor = visitor_of(request)
            form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
            if is_cross_site(request) or visitor.is_new or not visitor.owns(form.get("token")):
                return message_page(403, texts.FORM_EXPIRED, texts.FORM_EXPIRED_WHY)
            return await taker(request, visitor, form)

        return take

    async def ask(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Answer a question, or several of one message in turn: with the page, or with the turns alone where a script
        asks."""
        question = " ".join(str(form.get("question", "")).split())
        if question == "/new":
            return await self.start_over(request, visitor, form)
        if question in _LEADS_TO or not question:
            return RedirectResponse(_LEADS_TO.get(question, "/"), 303)
        if len(question) > LONGEST_QUESTION:
            return message_page(422, texts.too_long(LONGEST_QUESTION))
        if refused := self._refused(request, visitor):
            return refused
        is_literal = form.get("literally") == "1"
        first, *further = (question,) if is_literal else split_questions(question)[:MOST_AT_ONCE]
        replies = [await self._reply(visitor, first, is_literal=is_literal)]
        for one in further:
            if self._refused(request, visitor):  # each of them counts
                break
            replies.append(await self._reply(visitor, one, is_literal=False))
        if wants_part(request):
            history = await asyncio.to_thread(self._core.dialogue.history, visitor.conversation_id, last=_SHOWN_REPLIES)
            turns, before = [shown_turn(reply) for reply in replies], len(history) - len(replies)
            return page("turns.html", turns=turns, before=before, token=visitor.form_token)
        return RedirectResponse(f"/#r-{replies[0].id}", 303)

    async def vote(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Keep a vote on a reply of this browser's own."""
        reply = await asyncio.to_thread(own_reply, self._core, visitor, str(form.get("reply", "")))
        if reply is None or form.get("vote") not in ("up", "down"):
            return message_page(404, texts.FORGOTTEN)
        vote = Vote.UP if form.get("vote") == "up" else Vote.DOWN
        await asyncio.to_thread(self._core.dialogue.vote, reply.id, visitor.conversation_id, vote)
        if wants_part(request):
            return page("thanks.html")
        return RedirectResponse(f"/?thanks={reply.id}#r-{reply.id}", 303)

    async def start_over(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Leave what was said out of the conversation that follows."""
        await asyncio.to_thread(self._core.dialogue.start_over, visitor.conversation_id)
        said = await asyncio.to_thread(self._core.dialogue.history, visitor.conversation_id, last=1)
        response = RedirectResponse("/", 303)
        if said:  # small talk, which nothing closes
            response.set_cookie(_AFTER, said[0].id, httponly=True, samesite="lax", secure=self._core.config.is_secure)
        return response

    async def forget(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Delete all that is kept of the conversation."""
        await asyncio.to_thread(self._core.dialogue.forget, visitor.conversation_id)
        return RedirectResponse("/", 303)

    def _page(self, visitor: Visitor, request: Request) -> Response:
        history = [] if visitor.is_new else self._history(visitor, request.cookies.get(_AFTER))
        articles = self._core.dialogue.sources() if not history else ()
        desk = self._core.corrections
        corrected = desk.take(visitor.conversation_id) if desk is not None and not visitor.is_new else []
        return page(
            "chat.html",
            here="ask",
            turns=[shown_turn(reply) for reply in history],
            corrections=[shown_correction(one) for each in corrected for one in each.corrections],
            examples=[example_question(article) for article in example_articles(articles)],
            has_articles=bool(history or articles),
            token=visitor.form_token,
            longest=LONGEST_QUESTION,
            language_model=self._core.config.language_model,
            thanked=request.query_params.get("thanks", ""),
        )

    def _history(self, visitor: Visitor, after: str | None) -> Sequence[Reply]:
        """Return what was said since the conversation was started over."""
        found = self._core.dialogue.history(visitor.conversation_id, last=_SHOWN_REPLIES)
        ids = [reply.id for reply in found]
        return found[ids.index(after) + 1 :] if after in ids else found

    def _refused(self, request: Request, visitor: Visitor) -> Response | None:
        """Return why a question is not read now; None where it is."""
        if self._waiting >= self._core.config.most_waiting:
            self._core.metrics.count_turned_away("busy")
            return message_page(503, texts.TOO_BUSY)
        network = network_of(request.client.host) if request.client else ""
        wait = self._of_browsers.take(visitor.conversation_id) or self._of_networks.take(network)
        if not wait:
            return None
        self._core.metrics.count_turned_away("too_many")
        response = message_page(429, texts.too_many(wait))
        response.headers["Retry-After"] = str(wait)
        return response

    async def _reply(self, visitor: Visitor, question: str, *, is_literal: bool) -> Reply:
        kind = MessageKind.TIMELINE if question.startswith(_TIMELINE) else None
        words = question.removeprefix(_TIMELINE) if kind else question
        self._waiting += 1
        try:
            return await self._core.in_thread(
                self._core.dialogue.reply, visitor.conversation_id, words, literally=is_literal, kind=kind
            )
        except IndexingError as error:
            logger.error("no reply in %s: %s", visitor.conversation_id, error)
            raise HTTPException(503) from error
        finally:
            self._waiting -= 1
