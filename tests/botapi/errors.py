"""A refusal, in the words and with the code that Telegram uses."""


class ApiError(Exception):
    """The Bot API refuses a call; becomes ``{"ok": false, ...}``."""

    def __init__(
        self, description: str, code: int = 400, retry_after: int | None = None, moved_to: int | None = None
    ) -> None:
        super().__init__(description)
        self.description = description
        self.code = code
        self.retry_after = retry_after
        self.moved_to = moved_to

    def as_json(self) -> dict[str, object]:
        """The body that Telegram sends."""
        body: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        if self.moved_to is not None:
            body["parameters"] = {"migrate_to_chat_id": self.moved_to}
        return body


def bad_request(reason: str) -> ApiError:
    """A 400 with Telegram's prefix."""
    return ApiError(f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """A 403 with Telegram's prefix."""
    return ApiError(f"Forbidden: {reason}", code=403)
