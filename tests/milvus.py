"""A real vector server for tests: `milvus-lite server`, a process of its own, asked over TCP.

It speaks Milvus's protocol, but it is not the cluster's engine: see docs/decisions/0023.
"""

import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.endpoints import ServerAddress
from tests.ports import free_port
from tests.shared import ended_afterwards, made_once

_PROGRAM = "import sys; from milvus_lite.cmdline import main; sys.exit(main())"
_START_SECONDS = 120.0


class Vectors:
    """A server at 127.0.0.1 that holds vectors."""

    def __init__(self, port: int) -> None:
        self.port = port

    def address(self) -> ServerAddress:
        """A database of its own on this server."""
        return ServerAddress("127.0.0.1", self.port, f"test_{uuid.uuid4().hex}")

    def url(self, database: str) -> str:
        """What VECTOR_URL names a database on it by."""
        return f"milvus://127.0.0.1:{self.port}/{database}"


class VectorServer(Vectors):
    """One that can be killed and started again on the same port, over the same data."""

    def __init__(self, folder: Path) -> None:
        super().__init__(free_port())
        self._folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it listens."""
        arguments = ["server", "--data-dir", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        with (self._folder.with_suffix(".log")).open("ab") as log:
            command = [sys.executable, "-c", _PROGRAM, *arguments]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + _START_SECONDS
        while not self._listens():
            assert self.process.poll() is None, self._folder.with_suffix(".log").read_text()
            assert time.monotonic() < deadline, "the vector server does not start"
            time.sleep(0.1)

    def kill(self) -> None:
        """Ends it at once, as a crash would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def running_vectors() -> Iterator[VectorServer]:
    """A server with nothing on it, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = VectorServer(Path(folder) / "vectors")
        server.start()
        try:
            yield server
        finally:
            server.kill()


def shared_vectors() -> Vectors:
    """A server that all processes of the tests share."""
    return Vectors(**made_once("vectors", _start_shared))


def _start_shared(folder: Path) -> dict[str, int]:
    server = VectorServer(folder / "vectors")
    server.start()
    assert server.process is not None
    ended_afterwards(server.process, signal.SIGKILL)
    return {"port": server.port}
