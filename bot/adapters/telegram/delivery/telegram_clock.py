"""What time it is for Telegram, whose messages are dated by it: this machine's clock may be years off, or be set."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


class TelegramClock:
    """Goes by the dates of Telegram's own answers, and between them by how long ago the last one was."""

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None

    def hear(self, date: str | None) -> None:
        """Take the `Date` of an answer; one that is missing or is no date is passed over."""
        try:
            moment = parsedate_to_datetime(date) if date else None
        except ValueError:
            return
        if moment is not None and moment.tzinfo is not None:
            self._heard = (moment.astimezone(UTC), time.monotonic())

    def now(self) -> datetime:
        """Return the time; this machine's, as long as Telegram has not answered."""
        if self._heard is None:
            return datetime.now(UTC)
        moment, at = self._heard
        return moment + timedelta(seconds=time.monotonic() - at)

    def earliest(self) -> datetime:
        """Return the earlier of Telegram's time and this machine's: what is old by it is old by either."""
        return min(self.now(), datetime.now(UTC))
