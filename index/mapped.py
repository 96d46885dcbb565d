"""Arrays on disk as arrays in memory: mapped, not read."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def open_array(path: Path) -> NDArray[Any]:
    """The array in a .npy file; its pages are read when they are used.

    A plain array on top of the mapping: numpy's own memmap class makes each small slice several times as dear.
    """
    return np.asarray(np.load(path, mmap_mode="r"))
