"""A rebuild in a process of its own, which runs when nobody else wants the processor: readers do not notice it.

A thread of low priority would not do: it holds Python's lock while it waits for a core, and questions wait for it.
The process reads the settings, pickled, from standard input, and writes messages, pickled, to standard output: how far
it is, what it logs, and at the end the report or the error. It cancels the build when its input ends, either because it
shall stop or because the process that started it has died.

`multiprocessing` would import the main module of the bot into the process again, and leave a tracker of resources
running beside the bot; it takes no less care of logs, signals and output.
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
from index.settings import IndexSettings, environment_of_helpers

_STEPS_BACK = 10
_REPORT_EVERY_SECONDS = 0.2


def rebuild_apart(settings: IndexSettings, listener: ProgressListener = lambda _: None) -> BuildReport:
    """Do what `Ingest.rebuild` does, at a low priority. What the listener raises cancels the build, and is raised here.

    Raises:
        BuildBroken: the process ended without a report.
        IndexingError: see `Library.rebuild`.
    """
    # without what settings of other packages add, secrets among it
    index_settings = IndexSettings.model_construct(
        **{name: getattr(settings, name) for name in IndexSettings.model_fields}
    )
    command = [sys.executable, "-m", "index.ingest.rebuild_process"]
    environment = environment_of_helpers()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        cancelled_by: BaseException | None = None
        with suppress(BrokenPipeError):  # it has ended, and reading says so
            pickle.dump(index_settings, process.stdin)
            process.stdin.flush()
        while True:
            message = _read(process.stdout)
            if isinstance(message, BuildReport):
                return message
            if isinstance(message, BuildProgress) and cancelled_by is None:
                try:
                    listener(message)
                except BaseException as error:
                    cancelled_by = error
                    process.stdin.close()
            elif isinstance(message, logging.LogRecord):
                logging.getLogger(message.name).handle(message)
            elif isinstance(message, BuildCancelled) and cancelled_by is not None:
                raise cancelled_by
            elif isinstance(message, Exception):
                raise message


def _read(messages: IO[bytes]) -> object:
    try:
        return pickle.load(messages)  # from our own process
    except (EOFError, pickle.UnpicklingError) as error:
        raise BuildBroken(
            "The process that built the index ended before it was done: it was killed, or there was no memory left "
            "for it. What it had embedded is kept; try again, and look at the system's log."
        ) from error


def main() -> None:
    """Rebuild with the settings on standard input."""
    messages = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed goes where it can be read
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this
    settings: IndexSettings = pickle.load(sys.stdin.buffer)
    with suppress(OSError):  # a hardened service may forbid it; the build is only less polite then
        os.nice(_STEPS_BACK)

    def send(message: object) -> None:
        pickle.dump(message, messages)
        messages.flush()

    _send_logs(send)
    try:
        send(_rebuild(settings, _listener(send)))
    except IndexingError as error:
        send(error)


def _rebuild(settings: IndexSettings, listener: ProgressListener) -> BuildReport:
    embedder = load_embedder(settings.embedding_model, settings.model_cache)
    return Ingest(open_library(settings), embedder).rebuild(settings.articles, listener)


def _listener(send: Callable[[object], None]) -> ProgressListener:
    """Return a listener that sends how far the build is, now and then and at its end, and cancels it when the input
    ends."""
    is_cancelled = Event()
    sent_at = 0.0

    def wait_for_the_end() -> None:
        os.read(0, 1)
        is_cancelled.set()

    Thread(target=wait_for_the_end, daemon=True).start()

    def listen(progress: BuildProgress) -> None:
        nonlocal sent_at
        if is_cancelled.is_set():
            raise BuildCancelled(
                "The build was called off. What was embedded is kept: the next one goes on from there."
            )
        is_done = 0 < progress.passages_total == progress.passages_done
        if is_done or time.monotonic() - sent_at >= _REPORT_EVERY_SECONDS:
            sent_at = time.monotonic()
            send(progress)

    return listen


def _send_logs(send: Callable[[object], None]) -> None:
    """Have what is logged here logged by the process that started this one."""

    class Sending(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            record.msg, record.args = record.getMessage(), ()
            if record.exc_info:
                record.exc_text = logging.Formatter().formatException(record.exc_info)
                record.exc_info = None
            send(record)

    logging.getLogger().handlers = [Sending(logging.INFO)]
    logging.getLogger().setLevel(logging.INFO)


if __name__ == "__main__":
    main()
