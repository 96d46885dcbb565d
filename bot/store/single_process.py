"""Let one process serve from a database file: two would answer each other's unfinished questions a second time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import AlreadyServing, StoreUnavailable

_PATIENCE_SECONDS: Final = 15.0


@contextmanager
def only_one(database_url: str, *, patience_seconds: float = _PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the right to serve from a database in a file; the system takes it back from a process that dies.

    A database on a server is not guarded so: there processes share the work, see `bot.store.leases`.

    Raises:
        AlreadyServing: another process has it and does not end in time.
        StoreUnavailable: nothing can be written beside the database.
    """
    path = _file_of(database_url)
    if path is None:
        yield
        return
    lock = FileLock(f"{path}.serving")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=patience_seconds)
    except Timeout:
        raise AlreadyServing(
            f"another bot already serves from {path}; stop it first, or set DATABASE_URL to another database"
        ) from None
    except OSError as error:
        raise StoreUnavailable(
            f"{path.parent} cannot be written ({error.strerror}); check DATABASE_URL and the permissions of the folder"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _file_of(database_url: str) -> Path | None:
    try:
        url = make_url(database_url)
    except ArgumentError:
        return None  # opening the database says so better
    if url.get_backend_name() != "sqlite" or not url.database or ":memory:" in url.database:
        return None
    return None if url.database.startswith("file:") else Path(url.database)
