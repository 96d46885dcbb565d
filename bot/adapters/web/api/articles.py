"""/v1/admin: taking articles in and out, reading them again, what is in service. A key of scope admin is needed."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.adapters.web.api.bodies import AddBody, read_body
from bot.adapters.web.api.gate import require_admin
from bot.adapters.web.core import WebCore
from bot.adapters.web.problems import Refused
from index.library.builder import BuildReport


class Articles:
    """The routes."""

    def __init__(self, core: WebCore) -> None:
        self._core = core

    def routes(self) -> list[BaseRoute]:
        """Return them."""
        return [
            Route("/admin/articles", self._add, methods=["POST"]),
            Route("/admin/articles/{id:path}", self._remove, methods=["DELETE"]),
            Route("/admin/reload", self._reload, methods=["POST"]),
            Route("/admin/status", self._status, methods=["GET"]),
        ]

    async def _add(self, request: Request) -> Response:
        caller = require_admin(request)
        body = await read_body(request, AddBody)
        if bool(body.articles) == bool(body.addresses):
            raise Refused(422, "Give either articles or addresses.")
        lines = "".join(f"{json.dumps(one.model_dump(exclude_none=True))}\n" for one in body.articles)

        def add() -> BuildReport:
            articles = self._core.admin().articles
            if body.addresses:
                return articles.add_addresses(body.addresses)
            return articles.add_document(lines.encode(), "api.jsonl")

        return await self._change(caller.name, "add", add)

    async def _remove(self, request: Request) -> Response:
        caller, article_id = require_admin(request), request.path_params["id"]
        return await self._change(caller.name, "remove", lambda: self._core.admin().articles.remove([article_id]))

    async def _reload(self, request: Request) -> Response:
        caller = require_admin(request)
        return await self._change(caller.name, "reload", lambda: self._core.admin().operations.reload())

    async def _status(self, request: Request) -> Response:
        require_admin(request)
        status = await asyncio.to_thread(lambda: self._core.admin().operations.status())
        return JSONResponse(json.loads(json.dumps(asdict(status), default=str)))

    async def _change(self, name: str, what: str, change: Callable[[], BuildReport]) -> Response:
        """Carry out a change, in a thread of its own: it takes as long as reading and indexing do."""

        def logged() -> BuildReport:
            report = change()
            ids = ", ".join([*report.added, *report.changed, *report.removed])
            self._core.admin().moderation.log(f"api:{name}", what, ids[:200])
            return report

        return JSONResponse(_told(await asyncio.to_thread(logged)))


def _told(report: BuildReport) -> dict[str, Any]:
    return {
        "snapshot": report.snapshot,
        "articles": report.articles,
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "skipped": [{"name": one.name, "reason": one.reason} for one in report.skipped],
    }
