"""Arrays on disk as arrays in memory: mapped, not read."""

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ADVISED = 2**21
"""How many bytes are read ahead at a time: of more at once, Linux takes only the first few megabytes."""
_SHARE_OF_MEMORY = 0.5
"""The share of the machine's memory that files may fill: more would push each other out."""


def open_array(path: Path) -> NDArray[Any]:
    """Return the array in a .npy file; its pages are read when they are used.

    A plain array on top of the mapping: numpy's own memmap class makes each small slice several times as dear.

    Raises:
        OSError, ValueError: the file cannot be read, or is no array.
    """
    try:
        return np.asarray(np.load(path, mmap_mode="r"))
    except (EOFError, SyntaxError, TypeError, OverflowError, MemoryError, TokenError) as error:  # of a damaged header
        raise ValueError(f"{path.name} is damaged ({type(error).__name__})") from error


def read_ahead(paths: Sequence[Path]) -> None:
    """Have the system bring files into its cache, in the background, if it takes such advice and they are not too
    large.

    A search touches hundreds of places in its files, and each costs a read while they are cold. No memory of this
    process is used for it, and the system takes back what it gives.
    """
    if hasattr(os, "posix_fadvise"):
        threading.Thread(target=_advise, args=(paths,), name="read-ahead", daemon=True).start()


def _advise(paths: Sequence[Path]) -> None:
    with suppress(OSError):  # cleaned away meanwhile
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if sum(path.stat().st_size for path in paths) > memory * _SHARE_OF_MEMORY:
            return
        for path in paths:
            with path.open("rb") as file:
                for start in range(0, path.stat().st_size, _ADVISED):
                    os.posix_fadvise(file.fileno(), start, _ADVISED, os.POSIX_FADV_WILLNEED)
