"""Where tests keep files for a while: in memory if there is room, for on a disk they wait for it half of their time.

What they ask of files is the same there, but for what only a power cut would show.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Final

_SHARED_MEMORY: Final = Path("/dev/shm")
_PREFIX: Final = "newsquote-tests-"
_CGROUP: Final = Path("/sys/fs/cgroup")
_NEEDED_BYTES: Final = 6 * 1024**3
"""Twice what a whole run takes: databases of a server, most of all."""


@contextmanager
def scratch_in_memory() -> Iterator[None]:
    """Temporary files of this process, and of those that it starts, are in memory; afterwards they are gone.

    Without room, or where somebody has said where they belong (TMPDIR), they are where they would be.
    """
    if "TMPDIR" in os.environ or not _has_room():
        yield
        return
    _remove_what_is_left()
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_SHARED_MEMORY)
    Path(folder).chmod(0o755)  # a database server runs as somebody else
    os.environ["TMPDIR"], tempfile.tempdir = folder, None
    try:
        yield
    finally:
        del os.environ["TMPDIR"]
        tempfile.tempdir = None
        rmtree(folder, ignore_errors=True)


def _remove_what_is_left() -> None:
    """Remove what tests that were killed have left in memory."""
    for folder in _SHARED_MEMORY.glob(f"{_PREFIX}*"):
        if not Path("/proc", folder.name.removeprefix(_PREFIX).partition("-")[0]).exists():
            rmtree(folder, ignore_errors=True)


def _has_room() -> bool:
    try:
        shared = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return False
    if shared.f_flag & os.ST_NOEXEC or not os.access(_SHARED_MEMORY, os.W_OK):  # programs are put there as well
        return False
    return min(shared.f_bavail * shared.f_frsize, _free_memory()) >= _NEEDED_BYTES


def _free_memory() -> int:
    """How many bytes the machine can give, and a container's limit leaves."""
    fields = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    free = int(fields["MemAvailable"].split()[0]) * 1024
    try:
        limit, taken = ((_CGROUP / name).read_text().strip() for name in ("memory.max", "memory.current"))
    except OSError:
        return free
    return free if limit == "max" else min(free, int(limit) - int(taken))
