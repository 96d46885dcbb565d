"""Copy everything that is kept from one database to another of either kind."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Engine, Integer, Table, func, insert, select

from bot.errors import DatabaseNotEmpty
from bot.store.engine import open_engine
from bot.store.tables import leases, locks, metadata, replicas
from bot.store.transactions import Transactions

_ROWS_AT_ONCE: Final = 1_000
# Who is at work on a database says nothing about another.
_NOT_COPIED: Final = {replicas, leases, locks}


def copy_database(source_url: str, target_url: str) -> dict[str, int]:
    """Copy all rows of every table, all or none, and give their numbers by table. The target must be empty.

    Both databases are brought up to date first. Nobody may write to either meanwhile.

    Raises:
        StoreUnavailable: one of them cannot be reached.
        StoreTooNew: a later version has changed the tables of one.
        DatabaseNotEmpty: there is something in the target.
    """
    source, target = open_engine(source_url), open_engine(target_url)
    try:
        return _Copying(source).to(target)
    finally:
        source.dispose()
        target.dispose()


class _Copying(Transactions):
    def to(self, target: Engine) -> dict[str, int]:
        with self._reading() as reading, Transactions(target)._writing() as writing:
            tables = [table for table in metadata.sorted_tables if table not in _NOT_COPIED]
            _expect_empty(tables, writing)
            return {table.name: _copy(table, reading, writing) for table in tables}


def _expect_empty(tables: Sequence[Table], connection: Connection) -> None:
    filled = [table.name for table in tables if connection.execute(select(table).limit(1)).first()]
    if filled:
        raise DatabaseNotEmpty(
            f"the target holds something already, in {', '.join(filled)}; name a database that is empty"
        )


def _copy(table: Table, reading: Connection, writing: Connection) -> int:
    count = 0
    rows = reading.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table).order_by(*table.primary_key))
    for batch in rows.mappings().partitions():
        writing.execute(insert(table), [dict(row) for row in batch])
        count += len(batch)
    _go_on_counting(table, writing)
    return count


def _go_on_counting(table: Table, connection: Connection) -> None:
    """Have new rows get higher numbers than those that came with theirs. SQLite does so by itself."""
    number = table.autoincrement_column
    if connection.dialect.name != "postgresql" or number is None or not isinstance(number.type, Integer):
        return
    highest = connection.scalar(select(func.max(number)))
    if highest is not None:
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, number.name), highest)))
