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

_PROGRAM = "import sys; from milvus_lite.cmdline import main; sys.exit(main())"
_START_SECONDS = 120.0


class VectorServer:
    """A server that can be killed and started again on the same port, over the same data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    def address(self) -> ServerAddress:
        """A database of its own on this server."""
        return ServerAddress("127.0.0.1", self.port, f"test_{uuid.uuid4().hex}")

    def start(self) -> None:
        """Starts it and waits until it listens."""
        arguments = ["server", "--data-dir", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        with (self._folder.with_suffix(".log")).open("ab") as log:
            command = [sys.executable, "-c", _PROGRAM, *arguments]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while not self._listens():
            assert self._process.poll() is None, self._folder.with_suffix(".log").read_text()
            assert time.monotonic() < deadline, "the vector server does not start"
            time.sleep(0.1)

    def kill(self) -> None:
        """Ends it at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def url(self, database: str) -> str:
        """What VECTOR_URL names a database on it by."""
        return f"milvus://127.0.0.1:{self.port}/{database}"

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
