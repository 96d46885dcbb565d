"""What strangers wrote is parsed in a process of its own: it may take so long, so much memory, and no more.

Libraries that read feeds, pages and PDFs can be made to take minutes over a small file, to fill the memory, or to
crash. Here that costs the file. One process is started when it is first needed, kept for the next file, and replaced
once it was ended; it stops by itself when there is nothing to do. It is given nothing but the bytes: no setting, no
variable of the environment, no token. See `index.ingest.parsing_process` for what runs in it.

What it sends back is read as the result that was declared, JSON checked against types: should a file take the process
over, its answer is still no more than a text and what is known of it.
"""

import atexit
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from index.errors import FetchFailed, ParsingCutOff, Unreadable

ResultT = TypeVar("ResultT")

_LONGEST_ANSWER_BYTES: Final = 100_000_000
_ENDING_SECONDS: Final = 1.0
_ERRORS: Final = {error.__name__: error for error in (Unreadable, FetchFailed, ParsingCutOff)}


@dataclass(frozen=True, slots=True)
class ParsingLimits:
    """What one file may take. The clock on the wall goes on while other programs want the processor."""

    cpu_seconds: int = 10
    wall_seconds: float = 60.0
    memory_bytes: int = 512_000_000


PAGE_LIMITS: Final = ParsingLimits()
"""For a web page or a feed: a usual one takes a hundredth of it."""
DOCUMENT_LIMITS: Final = ParsingLimits(cpu_seconds=60, wall_seconds=240.0)
"""For a PDF: the report of a commission has hundreds of pages."""


def parse_apart(
    parse: Callable[..., ResultT], content: bytes, *names: str | None, limits: ParsingLimits = PAGE_LIMITS
) -> ResultT:
    """Return `parse(content, *names)`, a function of a module, called in the other process.

    Blocks, and takes one file after the other: not for use in an event loop.

    Raises:
        ParsingCutOff: it took more than the limits allow, or broke the process.
        Unreadable, FetchFailed: as `parse` does.
    """
    request = json.dumps([parse.__module__, parse.__name__, names, limits.cpu_seconds, limits.memory_bytes])
    answer = _worker().ask(request.encode(), content, limits)
    try:
        fields = json.loads(answer)
        for name, level, text in fields["logs"]:
            logging.getLogger(str(name)).log(int(level), "%s", text)
        if "error" in fields:
            raise _ERRORS.get(fields["error"], Unreadable)(str(fields["text"]))
        result: ResultT = adapter_of(parse).validate_python(fields["result"])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise ParsingCutOff("gave the process that reads it something to say that cannot be understood") from error
    return result


@cache
def adapter_of(parse: Callable[..., Any]) -> TypeAdapter[Any]:
    """Return what turns the results of a function into JSON, and back."""
    return TypeAdapter(get_type_hints(parse)["return"])


@cache
def _worker() -> "_Worker":
    return _Worker()


class _Worker:
    """Asks the process, one thing at a time. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        atexit.register(self.close)

    def ask(self, request: bytes, content: bytes, limits: ParsingLimits) -> bytes:
        """Return what the process answers.

        Raises:
            ParsingCutOff: it did not, and was ended.
        """
        with self._lock:
            while True:
                process, connection = self._running()
                is_over_time = threading.Event()

                def end(process: subprocess.Popen[bytes] = process, noting: threading.Event = is_over_time) -> None:
                    noting.set()
                    process.kill()

                timer = threading.Timer(limits.wall_seconds, end)
                timer.daemon = True
                timer.start()
                try:
                    connection.send_bytes(request)
                    connection.send_bytes(content)
                    return connection.recv_bytes(_LONGEST_ANSWER_BYTES)
                except (OSError, EOFError) as error:
                    # whoever closed its side is ending, or ended by the timer in the end; a busy machine takes its time
                    ended_as = process.wait() if isinstance(error, (EOFError, ConnectionError)) else _ended(process)
                    self._forget()
                    if ended_as == 0:  # it stopped by itself, just now
                        continue
                    raise ParsingCutOff(_reason(ended_as, limits, is_over_time=is_over_time.is_set())) from error
                finally:
                    timer.cancel()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
            self._forget()

    def _running(self) -> tuple[subprocess.Popen[bytes], Connection]:
        if self._process is None or self._connection is None or self._process.poll() is not None:
            self._forget()
            self._connection, theirs = Pipe()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "index.ingest.parsing_process", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1", "PYTHONSAFEPATH": "1"},
                )
        return self._process, self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Return how the process ended, which has sent an answer that is too long."""
    try:
        return process.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _reason(ended_as: int, limits: ParsingLimits, *, is_over_time: bool) -> str:
    if ended_as == -signal.SIGXCPU:
        return f"takes more than {limits.cpu_seconds} s of the processor to read, which is given up"
    if is_over_time:
        return f"was not read within {limits.wall_seconds:g} s, which is given up"
    return f"broke what reads it ({-ended_as if ended_as < 0 else ended_as})"
