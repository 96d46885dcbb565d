"""Whether the process lives, whether it serves, and its metrics."""

import asyncio
import time
from collections.abc import Callable, Iterable

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.adapters.metrics import Metrics
from bot.adapters.web.serving import RouteGroup
from bot.admin.freshness import Freshness

Problem = Callable[[], str | None]


def monitoring(
    metrics: Metrics,
    problems: Iterable[Problem] = (),
    index_problem: Problem = lambda: None,
    freshness: Callable[[], Freshness] | None = None,
) -> RouteGroup:
    """Return `/healthz`, `/readyz` and `/metrics`.

    `/healthz` answers while the process lives. `/readyz` answers 503 with the first of the problems, if there is one;
    what is wrong with the index it only tells, for questions are answered all the same; and how fresh the articles are,
    where that is known. `/metrics` is for Prometheus.
    """
    looks, started_at = tuple(problems), time.monotonic()

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "ok", "uptime_seconds": round(time.monotonic() - started_at)})

    async def ready(_: Request) -> Response:
        problem = next((found for look in looks if (found := look())), None)
        if problem:
            return JSONResponse({"status": "not ready", "reason": problem}, 503)
        index = index_problem()
        fresh = await asyncio.to_thread(freshness) if freshness is not None else None
        return JSONResponse({"status": "ready", **({"index": index} if index else {}), **_as_json(fresh)})

    async def figures(_: Request) -> Response:
        body = await asyncio.to_thread(metrics.exposition)
        return Response(body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return RouteGroup([Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", figures)])


def _as_json(fresh: Freshness | None) -> dict[str, object]:
    """Return the age of the newest article and the addresses of silent feeds; nothing where neither is known."""
    if fresh is None:
        return {}
    age = fresh.age_seconds
    return {
        **({"newest_article_seconds": round(age)} if age is not None else {}),
        **({"silent_feeds": fresh.silent_addresses} if fresh.silent else {}),
    }
