"""Transactions: what every store on SQL shares, connections to read and to write with, and errors in our own words.

A transaction that a lost connection cut short is done again; the database may be restarting.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from sqlalchemy import Connection, Engine, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import ConnectionLost, StoreInterrupted, StoreUnavailable

_INSERTS: Final[dict[str, Callable[[Table], Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0
_PATIENCE_SECONDS = 20.0

_P = ParamSpec("_P")
_T = TypeVar("_T")
_S = TypeVar("_S", bound="Transactions")
_Method = Callable[Concatenate[_S, _P], _T]


class Transactions:
    """Runs transactions on an engine whose tables are up to date."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(begin="IMMEDIATE")

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, *, once: bool = False) -> Iterator[Connection]:
        """Run the block as a transaction, kept when the block ends.

        With `once` it must not be done again when the connection is lost while it is being kept: whether it is kept is
        not known then.
        """
        with self._translated(), self._writer.connect() as connection, connection.begin() as transaction:
            yield connection
            try:
                transaction.commit()
            except DBAPIError as error:
                if once:
                    raise StoreUnavailable(f"the database went away: {error.orig}; it may have kept this") from error
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            refused = f"the database refused: {error.orig}; check DATABASE_URL"
            if self._engine.dialect.name == "sqlite":
                raise StoreUnavailable(refused) from error
            raise ConnectionLost(refused) from error
        except DBAPIError as error:
            raise StoreUnavailable(f"the database refused: {error.orig}; check DATABASE_URL") from error
        except PoolTimeout as error:
            raise StoreInterrupted("the database is too busy to take another call") from error


def outlives_connections(method: _Method[_S, _P, _T]) -> _Method[_S, _P, _T]:
    """Return a method of one transaction that is done again, for some seconds, when the connection is lost over it."""

    @wraps(method)
    def insist(self: _S, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        if self._engine.dialect.name == "sqlite":
            return method(self, *args, **kwargs)
        return until_connected(partial(method, self, *args, **kwargs))

    return cast(_Method[_S, _P, _T], insist)


def until_connected(work: Callable[[], _T]) -> _T:
    """Return the result of the work, tried again for some seconds as long as it raises `ConnectionLost`."""
    # it comes with the driver of a database server, and a file needs neither
    from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

    again = Retrying(
        retry=retry_if_exception_type(ConnectionLost),
        wait=wait_random_exponential(_FIRST_PAUSE_SECONDS, max=_LONGEST_PAUSE_SECONDS),
        stop=stop_after_delay(_PATIENCE_SECONDS),
        reraise=True,
    )
    return again(work)


class Upsert:
    """Holds an INSERT that says what to do about a row that is there already, in the words of each database."""

    def __init__(self, table: Table, finish: Callable[[Any], Executable]) -> None:
        """`finish` adds what to do to the dialect's INSERT."""
        self._statements = {dialect: finish(insert(table)) for dialect, insert in _INSERTS.items()}

    def on(self, connection: Connection) -> Executable:
        """Return the statement for the database at hand."""
        return self._statements[connection.dialect.name]


def keep_if_new(table: Table) -> Upsert:
    """Return an INSERT that writes a row unless one of its key is there."""
    return Upsert(table, lambda insert: insert.on_conflict_do_nothing())
