"""Open an engine for a database's URL, with the tables of this version.

A migration runs inside one transaction that shuts out every other one (SQLite's immediate kind, a lock of
PostgreSQL's), so processes that start together take turns, and one that is killed half-way leaves nothing behind.
"""

import sqlite3
from functools import cache, partial
from pathlib import Path

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    create_engine,
    create_mock_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    table,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.sql import column

from bot.errors import ConnectionLost, StoreTooNew, StoreUnavailable
from bot.store.tables import SCHEMA_VERSION, metadata
from bot.store.transactions import until_connected

MIGRATIONS = Path(__file__).parent / "migrations"

_BUSY_TIMEOUT_SECONDS = 30
_CONNECT_TIMEOUT_SECONDS = 5
_DEAD_LINE_MILLISECONDS = 10_000
_MIGRATING = 0x6E657773  # any number that no other program on the same database locks


def open_engine(database_url: str) -> Engine:
    """Return an engine for the database at the URL, whose tables have been brought up to date.

    A server may be starting: it is given some seconds.

    Raises:
        StoreUnavailable: no such database can be reached, or its driver is not installed.
        StoreTooNew: a later version has changed the tables.
    """
    url = _parse(database_url)
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        return memory_engine()
    is_file = url.get_backend_name() == "sqlite"
    engine = _file_engine(url) if is_file else _server_engine(url)
    try:
        current = _current(engine) if is_file else until_connected(partial(_current, engine))
        if not is_file:
            _check_encoding(engine)
        if current != SCHEMA_VERSION:
            _migrate(engine)
    except DBAPIError as error:
        engine.dispose()
        raise StoreUnavailable(f"cannot open {_shown(url)}: {error.orig}; check DATABASE_URL") from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def memory_engine() -> Engine:
    """Return an engine for a new database in memory, gone when the engine is disposed of.

    The database lives as long as its one connection, for which threads wait in line.
    """
    engine = create_engine(
        "sqlite://",
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    _prepare_sqlite(engine)
    with engine.begin() as connection:
        for statement in _statements_of_memory():
            connection.exec_driver_sql(statement)
    return engine


@cache
def _statements_of_memory() -> tuple[str, ...]:
    """Return what makes all tables in SQLite; it takes longer to say than to carry out."""
    said: list[str] = []
    dialect = sqlite.dialect()
    engine = create_mock_engine("sqlite://", lambda sql, *_, **__: said.append(str(sql.compile(dialect=dialect))))
    metadata.create_all(engine, checkfirst=False)
    return tuple(said)


def _parse(database_url: str) -> URL:
    try:
        return make_url(database_url)
    except ArgumentError as error:
        raise StoreUnavailable(
            "DATABASE_URL is no database URL; it should look like sqlite:///var/newsquote.db"
        ) from error


def _file_engine(url: URL) -> Engine:
    if url.database and not url.database.startswith("file:"):
        path = Path(url.database)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # conversations are nobody else's to read
        except OSError as error:
            raise StoreUnavailable(
                f"cannot create the folder {path.parent}, or a file in it: {error.strerror}"
            ) from error
    # SQLite lets one connection write at a time: a larger pool would only wait in a less fair queue.
    waiting = {"timeout": _BUSY_TIMEOUT_SECONDS}
    engine = create_engine(url, pool_size=4, max_overflow=0, hide_parameters=True, connect_args=waiting)
    _prepare_sqlite(engine)
    return engine


def _server_engine(url: URL) -> Engine:
    # A server that vanishes without a word must not keep anybody waiting for TCP's own quarter of an hour.
    given: dict[str, object] = {"connect_timeout": _CONNECT_TIMEOUT_SECONDS, "application_name": "newsquote"}
    given |= {"tcp_user_timeout": _DEAD_LINE_MILLISECONDS, "keepalives_idle": _CONNECT_TIMEOUT_SECONDS}
    given |= {"options": "-c timezone=UTC", "client_encoding": "utf8"}
    if url.drivername != "postgresql+psycopg":
        raise StoreUnavailable(
            f"{_shown(url)} is no database that is known here: it should begin with postgresql+psycopg:// or sqlite:///"
        )
    try:
        return create_engine(
            url, pool_pre_ping=True, hide_parameters=True, connect_args={**given, **url.query}, pool_size=8
        )
    except ModuleNotFoundError as error:
        raise StoreUnavailable(
            f"{_shown(url)} needs a driver that is not installed ({error}): pip install 'newsquote[cluster]'"
        ) from error


def _prepare_sqlite(engine: Engine) -> None:
    """Make every transaction begin explicitly: Python's driver would start one late, and none for DDL.

    NORMAL flushes at checkpoints only: a killed process loses no commit, a power cut may lose the last few.
    What is deleted is overwritten: people were told that it is gone.
    """

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")


def _current(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            return _version(connection)
    except OperationalError as error:
        if engine.dialect.name == "sqlite":
            raise
        raise ConnectionLost(f"cannot open {_shown(engine.url)}: {error.orig}; check DATABASE_URL") from error


def _check_encoding(engine: Engine) -> None:
    """Raise StoreUnavailable unless the database's encoding holds the words of all languages."""
    with engine.connect() as connection:
        encoding: str = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise StoreUnavailable(
            f"{_shown(engine.url)} keeps words as {encoding}, and words of all languages need UTF8: make the database "
            "with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(select(column("version_num")).select_from(table("alembic_version")))
    return version


def _migrate(engine: Engine) -> None:
    from alembic import command  # heavy, and needed only when the tables are not up to date
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
        current = _version(connection)
        if current is not None and current not in known:
            raise StoreTooNew(
                f"{_shown(engine.url)} has schema {current}, newer than {SCHEMA_VERSION}, the last one that "
                "this version knows; update, or set DATABASE_URL to another database"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)
