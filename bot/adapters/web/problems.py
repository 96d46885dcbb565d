"""Errors as problem details (RFC 9457), for programs."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from index.errors import IndexBusy, IndexingError, UnknownArticle

PROGRAMS: Final = ("/v1", "/mcp")
"""What begins so is asked by programs."""
_PROBLEM: Final = "application/problem+json"
_STATUS: Final[Mapping[type[IndexingError], int]] = {UnknownArticle: 404, IndexBusy: 409}


class Refused(HTTPException):
    """A request that is not answered, with what a program may want to know of the reason."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, errors: Sequence[Any] = ()
    ) -> None:
        super().__init__(status, detail, headers)
        self.errors = errors


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, errors: Sequence[Any] = ()) -> Response:
    """Return an error as a response."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **({"errors": list(errors)} if errors else {}),
    }
    return JSONResponse(content, status, dict(headers or {}), media_type=_PROBLEM)


def refused(request: Request, error: Exception) -> Response:
    """Return an error that nothing else has answered: a problem for programs, a sentence for others."""
    if not isinstance(error, HTTPException):
        raise error
    if request.url.path.startswith(PROGRAMS):
        return as_problem(error)
    return PlainTextResponse(error.detail, error.status_code, dict(error.headers or {}))


def problems() -> Middleware:
    """Return what answers with a problem where what it wraps raises one."""
    kinds = (HTTPException, ValidationError, IndexingError)
    return Middleware(ExceptionMiddleware, handlers=dict.fromkeys(kinds, lambda _, error: as_problem(error)))


def as_problem(error: Exception) -> Response:
    """Return an error as a problem; what nobody foresaw is raised again."""
    match error:
        case HTTPException():
            errors = error.errors if isinstance(error, Refused) else ()
            return problem(error.status_code, error.detail, error.headers, errors)
        case ValidationError():
            return problem(422, "The request is not as it should be.", errors=_complaints(error))
        case IndexingError():
            return problem(_STATUS.get(type(error), 422), str(error))
    raise error


def _complaints(error: ValidationError) -> list[dict[str, str]]:
    return [
        {"pointer": "/" + "/".join(map(str, one["loc"])), "detail": one["msg"]}
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
