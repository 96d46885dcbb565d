"""What pages need beside them: style and scripts, errors in plain words, Telegram's word for who opens one."""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.adapters.web.access import Access
from bot.adapters.web.pages import texts
from bot.adapters.web.pages.templates import message_page
from bot.adapters.web.serving import RouteGroup
from bot.adapters.web.visitors import is_cross_site

_STATIC: Final = Path(__file__).parents[1] / "static"
_MOST_INIT_DATA_BYTES: Final = 8_192
_MEANINGS: Final = {404: texts.NO_SUCH_PAGE, 405: texts.NO_SUCH_PAGE, 503: texts.TOO_BUSY, 500: texts.WENT_WRONG}


def static_files() -> RouteGroup:
    """Return the route of style, scripts and the mark."""
    return RouteGroup([Mount("/static", StaticFiles(directory=_STATIC))])


def telegram_session(access: Access) -> RouteGroup:
    """Return the route that takes the data which Telegram opens a Mini App with."""

    async def admit(request: Request) -> Response:
        data = (await request.body())[: _MOST_INIT_DATA_BYTES + 1]
        admitted = Response(status_code=204)
        if is_cross_site(request) or len(data) > _MOST_INIT_DATA_BYTES:
            return Response(status_code=403)
        return admitted if access.admit(data.decode("utf-8", "replace"), admitted) else Response(status_code=403)

    return RouteGroup([Route("/telegram/session", admit, methods=["POST"])])


def said_on_a_page(request: Request, error: Exception) -> Response:
    """Return an error as a page that says what it means."""
    if not isinstance(error, HTTPException):
        raise error
    response = message_page(error.status_code, _MEANINGS.get(error.status_code, error.detail))
    response.headers.update(error.headers or {})
    return response
