"""Who may read and ask where `ALLOWED_IDS` limits it: who holds a signed link, and who Telegram says is on the list."""

import hmac
import json
import time
from typing import Final, Literal
from urllib.parse import parse_qsl

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from bot.adapters.permalinks import READER, SIGNED, is_signed, opens_digest
from bot.adapters.web.config import WebConfig

Opening = Literal["open", "expired", "closed"]
_COOKIE: Final = "newsquote_telegram"
_SESSION_SECONDS: Final = 24 * 60 * 60
_FRESH_SECONDS: Final = 60 * 60
"""How old the data may be that Telegram opens a Mini App with."""


class Access:
    """Tells whether a request may be answered."""

    def __init__(self, config: WebConfig) -> None:
        self._config = config

    def may_ask(self, request: Request) -> bool:
        """Return whether who asks is on the list, if there is one."""
        return not self._config.is_limited or self.person(request) is not None

    def opens(self, request: Request, article_id: str, revision: str) -> Opening:
        """Return whether an article may be shown."""
        if self.may_ask(request):
            return "open"
        key, given = self._config.link_key, request.query_params.get(SIGNED, "")
        found = is_signed(key, given, article_id, revision) if key is not None else False
        return "expired" if found is None else "open" if found else "closed"

    def opens_digest(self, request: Request) -> bool:
        """Return whether what came in may be shown: to whoever may ask, or has a link of somebody's on the list."""
        if self.may_ask(request):
            return True
        key, reader = self._config.link_key, request.query_params.get(READER, "")
        if key is None or not reader.removeprefix("-").isdecimal() or not self._is_listed(int(reader[:20])):
            return False
        return opens_digest(key, request.query_params.get(SIGNED, ""), reader)

    def person(self, request: Request) -> int | None:
        """Return the Telegram user whom Telegram said it is, if that one is still on the list."""
        serializer, kept = self._serializer(), request.cookies.get(_COOKIE)
        if serializer is None or kept is None:
            return None
        try:
            user_id = serializer.loads(kept, max_age=_SESSION_SECONDS)
        except BadSignature:
            return None
        return user_id if isinstance(user_id, int) and self._is_listed(user_id) else None

    def admit(self, init_data: str, response: Response) -> bool:
        """Let in whom Telegram says it is, for a day; return False where the data is not Telegram's, or old, or of
        somebody who is not on the list."""
        token, serializer = self._config.bot_token, self._serializer()
        user_id = user_of(init_data, token) if token else None
        if serializer is None or user_id is None or not self._is_listed(user_id):
            return False
        response.set_cookie(
            _COOKIE,
            str(serializer.dumps(user_id)),
            max_age=_SESSION_SECONDS,
            httponly=True,
            samesite="lax",
            secure=self._config.is_secure,
        )
        return True

    def _is_listed(self, user_id: int) -> bool:
        return not self._config.is_limited or user_id in self._config.allowed_ids | self._config.admin_ids

    def _serializer(self) -> URLSafeTimedSerializer | None:
        key = self._config.link_key
        return URLSafeTimedSerializer(key, salt="telegram session") if key is not None else None


def user_of(init_data: str, token: str) -> int | None:
    """Return the user that Telegram opened a Mini App for; None unless it is signed for this bot and is of this hour.

    https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
    """
    try:
        fields = dict(parse_qsl(init_data, strict_parsing=True, max_num_fields=32))
        given = fields.pop("hash")
        age = time.time() - int(fields["auth_date"])
        user_id = json.loads(fields["user"])["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    signed = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    key = hmac.digest(b"WebAppData", token.encode(), "sha256")
    expected = hmac.digest(key, signed.encode("utf-8", "replace"), "sha256").hex()
    is_genuine = hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
    return user_id if is_genuine and isinstance(user_id, int) and -60 <= age <= _FRESH_SECONDS else None
