"""The process in which files of strangers are parsed, within limits. See `index.ingest.parsing_apart`, which starts it.

It is told a function, its arguments and the limits, and the bytes; it answers with one line of JSON: the result or the
error, and what was logged.
"""

import importlib
import json
import logging
import os
import resource
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final

from index.errors import FetchFailed, ParsingCutOff, Unreadable
from index.ingest.parsing_apart import adapter_of

_IDLE_SECONDS: Final = 60.0
_STEPS_BACK: Final = 5
_MOST_FILES: Final = 200
"""Then a new process goes on: what files left behind in the memory shall not be held against later ones."""


def main() -> None:
    """Answer until nothing was asked for a minute, or whoever asks is gone."""
    connection = Connection(int(sys.argv[1]))
    with suppress(OSError, ValueError):
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, 0)  # nothing is written anywhere
    with suppress(OSError):  # a hardened service may forbid it; the process is only less polite then
        os.nice(_STEPS_BACK)
    logs = _Collected()
    logging.getLogger().handlers = [logs]
    with suppress(EOFError):
        for _ in range(_MOST_FILES):
            if not connection.poll(_IDLE_SECONDS):
                return
            answer = _answer(connection.recv_bytes(), connection.recv_bytes())
            connection.send_bytes(json.dumps({**answer, "logs": logs.taken()}).encode())
            if answer.get("error") == ParsingCutOff.__name__:
                return


def _answer(request: bytes, content: bytes) -> dict[str, Any]:
    module, name, names, cpu_seconds, memory_bytes = json.loads(request)
    parse = getattr(importlib.import_module(module), name)
    try:
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + cpu_seconds)
        if sys.platform != "darwin":  # which refuses a limit of addresses
            _limit(resource.RLIMIT_AS, memory_bytes)
    except (OSError, ValueError) as error:
        text = f"is not read: the process that would read it may not limit itself ({error}); see SECURITY.md"
        return {"error": Unreadable.__name__, "text": text}
    try:
        return {"result": adapter_of(parse).dump_python(parse(content, *names), mode="json")}
    except (Unreadable, FetchFailed) as error:
        cause = error.__cause__
        if isinstance(cause, MemoryError):
            return _too_large(memory_bytes)
        return {"error": type(error).__name__, "text": str(error)}
    except MemoryError:
        return _too_large(memory_bytes)
    except Exception as error:  # what strangers write can raise anything below; it must cost one file
        return {"error": Unreadable.__name__, "text": f"cannot be read: {error or type(error).__name__}"}


def _too_large(memory_bytes: int) -> dict[str, Any]:
    return {
        "error": ParsingCutOff.__name__,
        "text": f"takes more than {memory_bytes / 1e6:.0f} MB of memory to read, which is given up",
    }


def _limit(what: int, most: int) -> None:
    """Take no more of something, and leave what the system allows at most as it is.

    Raises:
        OSError, ValueError: a service may not limit itself.
    """
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


class _Collected(logging.Handler):
    """Keeps the warnings that are logged, for the answer."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._records: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """See the base class."""
        self._records.append((record.name, record.levelno, record.getMessage()))

    def taken(self) -> list[tuple[str, int, str]]:
        """Return what was logged since this was last called."""
        taken, self._records = [record for record in self._records if record[0].startswith("index.")], []
        return taken


if __name__ == "__main__":
    main()
