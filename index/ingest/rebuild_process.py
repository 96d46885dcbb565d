"""A rebuild in a process of its own, which runs when nobody else wants the processor: readers do not notice it.

A thread of low priority would not do: it holds Python's lock while it waits for a core, and questions wait for it.
The process is told what to build, pickled, on standard input, and tells what happens, pickled, on standard output. It
calls the build off when its input ends, be it that it is to stop or that whoever started it has died.
"""

import logging
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import IO

from index.embedding.embedder import load_embedder
from index.errors import BuildBroken, BuildCancelled, IndexingError
from index.ingest.intake import Ingest
from index.library.builder import BuildProgress, BuildReport, ProgressListener
from index.library.opening import open_library
from index.settings import IndexSettings

_STEPS_BACK = 10
_TELL_EVERY_SECONDS = 0.2


def rebuild_apart(settings: IndexSettings, listener: ProgressListener = lambda _: None) -> BuildReport:
    """Return as `Ingest.rebuild`, at a low priority. What the listener raises calls the build off, and is raised.

    Raises:
        BuildBroken: the process ended without a word.
        IndexingError: see `Library.rebuild`.
    """
    # Settings of other packages may hold what is nobody's business there.
    order = IndexSettings.model_construct(**{name: getattr(settings, name) for name in IndexSettings.model_fields})
    command = [sys.executable, "-m", "index.ingest.rebuild_process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        called_off: BaseException | None = None
        with suppress(BrokenPipeError):  # it has ended, and reading says so
            pickle.dump(order, process.stdin)
            process.stdin.flush()
        while True:
            heard = _next(process.stdout)
            if isinstance(heard, BuildReport):
                return heard
            if isinstance(heard, BuildProgress) and called_off is None:
                try:
                    listener(heard)
                except BaseException as error:
                    called_off = error
                    process.stdin.close()
            elif isinstance(heard, logging.LogRecord):
                logging.getLogger(heard.name).handle(heard)
            elif isinstance(heard, BuildCancelled) and called_off is not None:
                raise called_off
            elif isinstance(heard, Exception):
                raise heard


def _next(told: IO[bytes]) -> object:
    try:
        return pickle.load(told)  # from our own process
    except (EOFError, pickle.UnpicklingError) as error:
        raise BuildBroken(
            "The process that built the index ended before it was done: it was killed, or there was no memory left "
            "for it. What it had embedded is kept; try again, and look at the system's log."
        ) from error


def main() -> None:
    """Do what is ordered on standard input."""
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed goes where it can be read
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this
    order: IndexSettings = pickle.load(sys.stdin.buffer)
    with suppress(OSError):  # a hardened service may forbid it; the build is only less polite then
        os.nice(_STEPS_BACK)

    def tell(what: object) -> None:
        pickle.dump(what, told)
        told.flush()

    _tell_of_logs(tell)
    try:
        tell(_rebuild(order, _listener(tell)))
    except IndexingError as error:
        tell(error)


def _rebuild(order: IndexSettings, listener: ProgressListener) -> BuildReport:
    embedder = load_embedder(order.embedding_model, order.model_cache)
    return Ingest(open_library(order), embedder).rebuild(order.articles, listener)


def _listener(tell: Callable[[object], None]) -> ProgressListener:
    """Pass on how far it is, now and then and when all is embedded, until the input ends."""
    is_over = Event()
    told_at = 0.0

    def wait_for_the_end() -> None:
        os.read(0, 1)
        is_over.set()

    Thread(target=wait_for_the_end, daemon=True).start()

    def listen(progress: BuildProgress) -> None:
        nonlocal told_at
        if is_over.is_set():
            raise BuildCancelled(
                "The build was called off. What was embedded is kept: the next one goes on from there."
            )
        is_done = 0 < progress.passages_total == progress.passages_done
        if is_done or time.monotonic() - told_at >= _TELL_EVERY_SECONDS:
            told_at = time.monotonic()
            tell(progress)

    return listen


def _tell_of_logs(tell: Callable[[object], None]) -> None:
    """What is logged here is logged by whoever started this."""

    class Passing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            record.msg, record.args = record.getMessage(), ()
            if record.exc_info:
                record.exc_text = logging.Formatter().formatException(record.exc_info)
                record.exc_info = None
            tell(record)

    logging.getLogger().handlers = [Passing(logging.INFO)]
    logging.getLogger().setLevel(logging.INFO)


if __name__ == "__main__":
    main()
