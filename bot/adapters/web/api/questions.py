"""/v1: asking, searching, checking, articles, votes."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.adapters.desk import MOST_RESULTS, Asked, Desk
from bot.adapters.permalinks import Permalinks
from bot.adapters.web.api.bodies import AskBody, CheckBody, FeedbackBody, SearchBody, read_body
from bot.adapters.web.api.gate import caller_of
from bot.adapters.web.core import WebCore
from bot.adapters.web.pages.templates import base_of
from bot.adapters.web.problems import Refused
from bot.replies import Reply, Vote

_T = TypeVar("_T")
_MOST_NUMBER: Final = 10_000_000
_MOST_CHECKS: Final = 20


class _Line:
    """Those who wait for one thing, no more than can be served in good time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting = 0

    async def wait_for(self, computed: Coroutine[None, None, _T]) -> _T:
        """Return what is computed.

        Raises:
            Refused: too many wait already.
        """
        if self._waiting >= self._most:
            computed.close()
            raise Refused(503, "Too many questions wait already: try again in a moment.", {"Retry-After": "5"})
        self._waiting += 1
        try:
            return await computed
        finally:
            self._waiting -= 1


class Questions:
    """The routes. Texts are checked in a line of their own, so that no question waits for one."""

    def __init__(self, core: WebCore) -> None:
        self._core = core
        self._asked, self._checked = _Line(core.config.most_waiting), _Line(_MOST_CHECKS)

    def desk(self, request: Request) -> Desk:
        """Return what answers, with links to the pages as they are reached."""
        config = self._core.config
        key = config.link_key if config.is_limited else None
        return Desk(self._core.dialogue, self._core.live, Permalinks(config.public_url or base_of(request), key))

    def routes(self) -> list[BaseRoute]:
        """Return them."""
        return [
            Route("/ask", self._ask, methods=["POST"]),
            Route("/search", self._search, methods=["POST"]),
            Route("/check", self._check, methods=["POST"]),
            Route("/feedback", self._vote, methods=["POST"]),
            Route("/sources", self._sources, methods=["GET"]),
            Route("/articles/{id:path}", self._article, methods=["GET"]),
        ]

    async def replies(self, desk: Desk, asked: Asked) -> Sequence[Reply]:
        """Return the replies to a message, once a thread is free; errors as of `answer`."""
        return await self.answer(lambda: desk.replies(asked))

    async def answer(self, compute: Callable[[], _T]) -> _T:
        """Return what is computed, once a thread is free.

        Raises:
            Refused: too many wait already.
        """
        return await self._asked.wait_for(self._core.in_thread(compute))

    async def _ask(self, request: Request) -> Response:
        body = await read_body(request, AskBody)
        named = f"api:{caller_of(request).name}:{body.conversation}" if body.conversation else None
        asked = Asked(body.question, named, body.scope(body.asked_on))
        return JSONResponse(await self.answer(lambda: self.desk(request).ask(asked)))

    async def _search(self, request: Request) -> Response:
        body = await read_body(request, SearchBody)
        return JSONResponse(await self.answer(lambda: self.desk(request).search(body.query, body.scope(), body.limit)))

    async def _check(self, request: Request) -> Response:
        body = await read_body(request, CheckBody)
        checked = self._core.when_checked(lambda: self.desk(request).check(body.text))
        return JSONResponse(await self._checked.wait_for(checked))

    async def _vote(self, request: Request) -> Response:
        body = await read_body(request, FeedbackBody)
        vote = Vote.UP if body.vote == "up" else Vote.DOWN
        voter = f"api:{caller_of(request).name}"
        if not await self._core.in_thread(self.desk(request).vote, body.reply, voter, vote):
            raise Refused(404, "No such reply is known, or no longer.")
        return Response(status_code=204)

    async def _article(self, request: Request) -> Response:
        article_id, revision = request.path_params["id"], request.query_params.get("revision")
        found = await self._core.in_thread(self.desk(request).article, article_id, revision)
        if found is None:
            raise Refused(404, "There is no such article, or not in that revision.")
        return JSONResponse(found)

    async def _sources(self, request: Request) -> Response:
        first, most = _number(request, "first", 0, 0), _number(request, "limit", MOST_RESULTS, 1)
        words = request.query_params.get("q", "")
        if most > 1_000 or len(words) > 200:
            raise Refused(422, "At most 1,000 articles are listed at once, and 200 characters looked for.")
        return JSONResponse(await self.answer(lambda: self.desk(request).sources(words, first=first, most=most)))


def _number(request: Request, name: str, default: int, least: int) -> int:
    given = request.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and least <= int(given[:9]) <= _MOST_NUMBER and len(given) < 9):
        raise Refused(422, f"{name} should be a whole number from {least} on.")
    return int(given)
