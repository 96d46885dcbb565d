"""What the processes that share the tests use together: whoever needs it first makes it, the others find it.

The process that starts them ends the servers among it when all are done.
"""

import fcntl
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = "NEWSQUOTE_TESTS_SHARED"
_SERVERS: Final = "servers"
_started: list[subprocess.Popen[bytes]] = []
"""Which would complain if they were forgotten while they run."""


@contextmanager
def sharing() -> Iterator[None]:
    """This process and those that it starts share; afterwards nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="newsquote-shared-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # a database server runs as somebody else
        os.environ[_FOLDER] = name
        try:
            yield
        finally:
            del os.environ[_FOLDER]
            _end_servers(folder / _SERVERS)


def made_once(name: str, make: Callable[[Path], Any]) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return what `make` returned for the process that came first, called with a new folder; it must fit in JSON."""
    shared = Path(os.environ[_FOLDER])
    kept = shared / f"{name}.json"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=shared))
            folder.chmod(0o755)
            kept.write_text(json.dumps(make(folder)), encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def ended_afterwards(server: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Have a server ended by this signal when all tests are done, and not when the one is that started it."""
    _started.append(server)
    with (Path(os.environ[_FOLDER]) / _SERVERS).open("a", encoding="utf-8") as servers:
        servers.write(f"{server.pid} {int(number)}\n")


def _end_servers(servers: Path) -> None:
    for line in servers.read_text(encoding="utf-8").splitlines() if servers.exists() else ():
        process_id, number = map(int, line.split())
        with suppress(ProcessLookupError):
            os.kill(process_id, number)
