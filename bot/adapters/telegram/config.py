"""What the Telegram adapter must be told; it reads no environment itself."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """Where the bot lives and who may do what.

    `api_url` and `file_url` are the bases that a token is appended to, as `http://host:port/bot` and
    `http://host:port/file/bot`; None means Telegram's own. `allowed_ids` are of people or of whole groups;
    when there are none, everybody may ask.
    """

    token: str = field(repr=False)
    api_url: str | None = None
    file_url: str | None = None
    admin_ids: frozenset[int] = frozenset()
    allowed_ids: frozenset[int] = frozenset()

    def is_admin(self, user_id: int) -> bool:
        """Whether this person may reload and see figures."""
        return user_id in self.admin_ids

    def may_ask(self, user_id: int, chat_id: int) -> bool:
        """Whether this person is answered in this chat."""
        listed = user_id in self.allowed_ids or chat_id in self.allowed_ids
        return not self.allowed_ids or listed or self.is_admin(user_id)
