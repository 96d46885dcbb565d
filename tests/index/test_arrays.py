"""Mapped files: what is read ahead."""

import ctypes
import mmap
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from index.arrays import read_ahead


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A folder that is not in memory, as those of other tests may be."""
    with TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="advice about files is Linux's")
def test_a_file_that_is_read_ahead_comes_into_the_cache_without_being_read(on_disk: Path) -> None:
    path = on_disk / "vectors"
    path.write_bytes(os.urandom(20 * 2**20))
    _forget(path)
    if _cached_share(path) > 0.5:
        pytest.skip("this file system lies in memory")

    read_ahead([path])

    until = time.monotonic() + 20
    while _cached_share(path) < 1.0 and time.monotonic() < until:
        time.sleep(0.05)
    assert _cached_share(path) == 1.0


def test_a_file_that_is_gone_by_then_is_nothing_to_speak_of(tmp_path: Path) -> None:
    read_ahead([tmp_path / "gone"])


def _forget(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _cached_share(path: Path) -> float:
    """Return the share of a file's pages that the system holds in memory."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE) as mapped:
        pages = (ctypes.c_ubyte * -(-len(mapped) // mmap.PAGESIZE))()
        place = ctypes.addressof(ctypes.c_char.from_buffer(mapped))
        ctypes.CDLL(None).mincore(ctypes.c_void_p(place), ctypes.c_size_t(len(mapped)), pages)
        return sum(page & 1 for page in pages) / len(pages)
