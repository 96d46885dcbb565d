"""NameRecords: keeps what admins say of names: which two are one person's, and which are two people's."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select

from bot.store.tables import name_corrections
from bot.store.transactions import Transactions, outlives_connections
from index.attribution.names import NameCorrections


class NameRecords(Transactions):
    """Safe to call from several threads; a method returns once its change is kept. People are `MESSENGER:NUMBER`.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def correct(self, pair: tuple[str, str], *, is_same: bool, by: str) -> None:
        """Keep that two names are one person's or two people's, in the place of what was said of them before."""
        one, other = sorted(pair)
        row = {"one": one, "other": other, "is_same": is_same, "by": by, "at": datetime.now(UTC)}
        with self._writing() as connection:
            connection.execute(delete(name_corrections).where(_is(one, other)))
            connection.execute(insert(name_corrections), row)

    @outlives_connections
    def withdraw(self, pair: tuple[str, str]) -> bool:
        """Leave two names to the rules again, and return False if nothing was said of them."""
        one, other = sorted(pair)
        with self._writing() as connection:
            return connection.execute(delete(name_corrections).where(_is(one, other))).rowcount > 0

    @outlives_connections
    def corrections(self) -> NameCorrections:
        """Return all that was said."""
        columns = (name_corrections.c.one, name_corrections.c.other, name_corrections.c.is_same)
        with self._reading() as connection:
            rows = connection.execute(select(*columns).order_by(name_corrections.c.one, name_corrections.c.other)).all()
        return NameCorrections(
            joined=tuple((one, other) for one, other, is_same in rows if is_same),
            parted=tuple((one, other) for one, other, is_same in rows if not is_same),
        )


def _is(one: str, other: str) -> ColumnElement[bool]:
    return and_(name_corrections.c.one == one, name_corrections.c.other == other)
