"""NewsquoteBot: calls keep to the flood budget, what was sent is noted, and no error names the token."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final

from telegram.error import InvalidToken
from telegram.ext import Application, ExtBot
from telegram.request import BaseRequest

from bot.adapters.telegram.delivery.outbox import GUEST_QUERY, Body
from bot.adapters.telegram.delivery.rate_limiter import CallNote, PatientRateLimiter

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]

_POLL_SECONDS: Final = 20
_POLL_GRACE_SECONDS: Final = 5
_KEPT_ELSEWHERE: ContextVar[bool] = ContextVar("kept_elsewhere", default=False)
_EDITABLE: Final = frozenset({"text", "parse_mode", "link_preview_options", "reply_markup"})


class NewsquoteBot(ExtBot[CallNote]):
    """python-telegram-bot's bot with what the adapter needs beside it."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        base_file_url: str,
        request: BaseRequest,
        get_updates_request: BaseRequest,
        rate_limiter: PatientRateLimiter,
        on_sent: Callable[[int, int], None],
    ) -> None:
        """`on_sent` hears the chat and the id of every message that was sent otherwise than by `send_body`: whoever
        sends by that keeps it, and should that fail, it must be found again."""
        super().__init__(
            token,
            base_url=base_url,
            base_file_url=base_file_url,
            request=request,
            get_updates_request=get_updates_request,
            rate_limiter=rate_limiter,
        )
        self._on_sent = on_sent

    async def initialize(self) -> None:
        """See the base class. A rejected token is left out of the error that says so; a failure leaves nothing open,
        and does not keep the next try from opening it again."""
        try:
            await super().initialize()
        except BaseException as error:
            await self.shutdown()
            if isinstance(error, InvalidToken):
                raise InvalidToken("Telegram rejected the bot's token") from None
            raise

    async def fetch_updates(
        self, offset: int, allowed: list[str], *, wait_seconds: int = _POLL_SECONDS
    ) -> list[dict[str, Any]]:
        """Return the updates from `offset` on as they came, and wait for some; Telegram forgets those before it."""
        parameters = {"offset": offset, "timeout": wait_seconds, "allowed_updates": allowed}
        fetched: list[dict[str, Any]] = await self._post(
            "getUpdates", parameters, read_timeout=wait_seconds + _POLL_GRACE_SECONDS
        )
        return fetched

    async def send_body(self, chat_id: int, body: Body, before: Callable[[], Awaitable[object]]) -> int:
        """Send a message, with `before` awaited as it leaves, and return its id; that of a guest's answer is 0."""
        noted = self._merge_api_rl_kwargs(None, CallNote(before=before))
        if GUEST_QUERY in body:
            await self._post("answerGuestQuery", dict(body), api_kwargs=noted)
            return 0
        token = _KEPT_ELSEWHERE.set(True)
        try:
            sent = await self._post("sendMessage", {"chat_id": chat_id, **body}, api_kwargs=noted)
        finally:
            _KEPT_ELSEWHERE.reset(token)
        return int(sent["message_id"])

    async def edit_to_body(self, chat_id: int, message_id: int, body: Body, *, looks: bool) -> None:
        """Make a message say this. With `looks` it is expected to do so already."""
        shown = {name: value for name, value in body.items() if name in _EDITABLE}
        noted = self._merge_api_rl_kwargs(None, CallNote(looks=looks))
        await self._post("editMessageText", {"chat_id": chat_id, "message_id": message_id, **shown}, api_kwargs=noted)

    async def take_back(self, chat_id: int, message_id: int) -> None:
        """Delete a message."""
        await self.delete_message(chat_id, message_id)

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> Any:  # noqa: ANN401 - as in the base
        """See the base class."""
        chat_id = data.get("chat_id")
        result = await super()._do_post(endpoint, data, **timeouts)
        is_kept = _KEPT_ELSEWHERE.get()
        if not is_kept and endpoint.startswith("send") and isinstance(result, dict) and isinstance(chat_id, int):
            self._on_sent(chat_id, int(result["message_id"]))
        return result
