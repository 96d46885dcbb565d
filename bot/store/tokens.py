"""TokenRecords: how many tokens a language model cost on each day, for all replicas together."""

from datetime import date
from typing import Final

from sqlalchemy import select

from bot.store.tables import spent_tokens
from bot.store.transactions import Transactions, Upsert, outlives_connections

_SPEND: Final = Upsert(
    spent_tokens,
    lambda insert: insert.on_conflict_do_update(
        index_elements=[spent_tokens.c.day], set_={"tokens": spent_tokens.c.tokens + insert.excluded.tokens}
    ),
)


class TokenRecords(Transactions):
    """Safe to call from several threads and replicas; a method returns once its change is kept.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def spent(self, day: date) -> int:
        """Return how many tokens were spent on a day."""
        with self._reading() as connection:
            return connection.scalar(select(spent_tokens.c.tokens).where(spent_tokens.c.day == day)) or 0

    @outlives_connections
    def spend(self, day: date, tokens: int) -> None:
        """Add to what was spent on a day."""
        with self._writing() as connection:
            connection.execute(_SPEND.on(connection), {"day": day, "tokens": tokens})
