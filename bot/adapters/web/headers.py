"""What every page tells the browser: what it may load and run, which is what this bot serves; and which language is
spoken."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.adapters.translation import LANGUAGES, speak

_TELEGRAMS_OWN_CLIENT: Final = "https://web.telegram.org"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {framed_by}"
)
_FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}


class PageHeaders:
    """Adds them to every answer, and speaks the language that the browser asks for while it is made."""

    def __init__(self, app: ASGIApp, *, opens_in_telegram: bool) -> None:
        self._app = app
        framed_by = _TELEGRAMS_OWN_CLIENT if opens_in_telegram else "'none'"
        self._headers = {**_FIXED, "Content-Security-Policy": _POLICY.format(framed_by=framed_by)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "private, no-cache")
                headers.add_vary_header("Accept-Language")
            await send(message)

        speak(spoken_by(Headers(scope=scope).get("accept-language", "")))
        await self._app(scope, receive, send_with_headers)


def spoken_by(accepted: str) -> str | None:
    """Return the first language of a browser's list that can be spoken; None if there is none."""
    codes = (entry.partition(";")[0].strip().partition("-")[0].lower() for entry in accepted.split(","))
    return next((code for code in codes if code in LANGUAGES), None)
