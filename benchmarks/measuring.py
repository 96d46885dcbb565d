"""Measures memory, disk and time."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def peak_mib(pid: int) -> float:
    """Return the peak resident memory of a running process so far, in MiB."""
    return _memory_mib(str(pid), "VmHWM")


def own_mib() -> float:
    """Return the resident memory of this process now, in MiB."""
    return _memory_mib("self", "VmRSS")


def cpu_seconds(pid: int) -> float:
    """Return the processor time that all threads of a running process have used so far, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def folder_mib(folder: Path) -> float:
    """Return the size of the files below a folder, in MiB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def seconds_of(call: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def unmapped_mib() -> float:
    """Return the resident memory of this process that belongs to no file, in MiB.

    That is what it has taken, not what the system keeps for it.
    """
    return _memory_mib("self", "RssAnon:")


def _memory_mib(process: str, field: str) -> float:
    """Return a field of a process's memory in MiB; 0 if it is missing, as for an ended process not yet waited for."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0
