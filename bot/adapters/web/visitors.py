"""Who asks: a browser, known by a cookie that holds nothing but chance. What is kept is named by its hash."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

_COOKIE: Final = "newsquote"
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LIFE_SECONDS: Final = 90 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser. `is_new`: it has no cookie yet."""

    cookie: str = field(repr=False)
    is_new: bool

    @property
    def conversation_id(self) -> str:
        """What its conversation and its votes are kept under: nobody can make the cookie of it."""
        return f"web:{hashlib.sha256(self.cookie.encode()).hexdigest()[:32]}"

    @property
    def form_token(self) -> str:
        """What every form of its pages carries: no other site can know it, for none can read the cookie."""
        return hmac.digest(self.cookie.encode(), b"form", "sha256").hex()

    def owns(self, token: object) -> bool:
        """Return whether a form with this token is from one of its pages."""
        return isinstance(token, str) and hmac.compare_digest(token.encode(), self.form_token.encode())


def visitor_of(request: Request) -> Visitor:
    """Return who asks; a new one where there is no cookie of ours."""
    cookie = request.cookies.get(_COOKIE, "")
    is_known = _SHAPE.fullmatch(cookie) is not None
    return Visitor(cookie if is_known else secrets.token_urlsafe(32), not is_known)


def remember(visitor: Visitor, response: Response, *, is_secure: bool) -> None:
    """Give a new browser its cookie, which no script can read and no other site's form sends."""
    if visitor.is_new:
        response.set_cookie(
            _COOKIE, visitor.cookie, max_age=_LIFE_SECONDS, httponly=True, samesite="lax", secure=is_secure
        )


def is_cross_site(request: Request) -> bool:
    """Return whether the browser says that a page of another site had it send this."""
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")
