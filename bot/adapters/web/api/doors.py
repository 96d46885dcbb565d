"""Puts together what programs ask."""

from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from bot.adapters.desk import Desk
from bot.adapters.permalinks import Permalinks
from bot.adapters.web.allowance import Allowance
from bot.adapters.web.api.articles import Articles
from bot.adapters.web.api.completions import Completions
from bot.adapters.web.api.gate import Gate
from bot.adapters.web.api.mcp_door import McpDoor
from bot.adapters.web.api.openapi import document_routes
from bot.adapters.web.api.questions import Questions
from bot.adapters.web.core import WebCore
from bot.adapters.web.problems import problems
from bot.adapters.web.serving import RouteGroup, shown


def program_doors(core: WebCore) -> RouteGroup:
    """Return the routes: /v1, /mcp, and the document that describes the former."""
    config = core.config
    allowance = Allowance(config.api_requests_per_minute)
    around = [problems(), Middleware(Gate, keys=config.api_keys, allowance=allowance)]
    questions = Questions(core)
    routes = [*questions.routes(), *Completions(questions).routes(), *Articles(core).routes()]
    mcp = McpDoor(core, Desk(core.dialogue, core.live, _permalinks(core)))
    doors = [
        Mount("/v1", routes=routes, middleware=around),
        Route("/mcp", mcp, middleware=around),
        *document_routes(),
    ]
    return RouteGroup(doors, mcp.running)


def _permalinks(core: WebCore) -> Permalinks | None:
    config = core.config
    key = config.link_key if config.is_limited else None
    if config.public_url is not None:
        return Permalinks(config.public_url, key)
    return Permalinks(f"http://{shown(config.listen)}", key) if config.listen is not None else None
