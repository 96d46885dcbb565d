"""Runs the product's own commands and watches them from outside."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import peak_mib
from tests.botapi import ThreadedBotApiServer, User


@dataclass(frozen=True, slots=True)
class Run:
    """One finished command: its output lines with the seconds at which each came, and its peak memory."""

    returncode: int
    seconds: float
    lines: tuple[tuple[float, str], ...]
    peak_mib: float


def run(
    module_and_arguments: Sequence[str], environment: dict[str, str] | None = None, *, folder: Path | None = None
) -> Run:
    """Run `python -m ...` to its end. Memory is the peak resident set, as the kernel counts it."""
    started = time.perf_counter()
    process = start(module_and_arguments, environment, stdout=subprocess.PIPE, folder=folder)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    assert process.stdout is not None
    lines = tuple((time.perf_counter() - started, line.rstrip("\n")) for line in process.stdout)
    process.wait()
    seconds = time.perf_counter() - started
    watcher.join()
    return Run(process.returncode, seconds, lines, peak[0])


def start(
    module_and_arguments: Sequence[str],
    environment: dict[str, str] | None = None,
    *,
    stdout: int = subprocess.DEVNULL,
    stderr: int = subprocess.DEVNULL,
    in_own_group: bool = False,
    folder: Path | None = None,
) -> subprocess.Popen[str]:
    """Start `python -m ...` in the project's folder, or another version's; what it prints is thrown away by default.

    `in_own_group`: with whatever it starts, so that all can be killed at once.
    """
    return subprocess.Popen(
        [sys.executable, "-m", *module_and_arguments],
        cwd=folder or Path(__file__).parents[1],
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", **(environment or {})},
        stdout=stdout,
        stderr=stderr,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=in_own_group,
    )


def bot_environment(server: ThreadedBotApiServer, admin: User, articles: Path, index: Path) -> dict[str, str]:
    """Return the settings of a bot that talks to the local server and keeps its conversations beside the index."""
    return {
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "TELEGRAM_FILE_URL": server.file_url,
        "ADMIN_IDS": str(admin.id),
        "ARTICLES": str(articles),
        "INDEX": str(index),
        "DATABASE_URL": f"sqlite:///{index.parent / 'bot.db'}",
    }


def _watch(pid: int, peak: list[float]) -> None:
    while True:
        try:
            seen = peak_mib(pid)
        except OSError:
            return
        if not seen:  # a zombie has no memory lines
            return
        peak[0] = seen
        time.sleep(0.02)
