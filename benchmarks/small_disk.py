"""A small disk of its own that can be filled to its last byte, and emptied again."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_BLOCK = b"\0" * 65_536
_NAME = "ballast"


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system in memory, mounted at `folder`."""

    folder: Path

    def fill(self) -> None:
        """Leave not one byte: whatever writes next is told that no space is left."""
        with suppress(OSError), (self.folder / _NAME).open("ab", buffering=0) as ballast:
            while ballast.write(_BLOCK):
                pass
        with suppress(OSError), (self.folder / _NAME).open("ab", buffering=0) as ballast:
            while ballast.write(b"\0"):
                pass

    def free(self) -> None:
        """Give back what `fill` took."""
        (self.folder / _NAME).unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[SmallDisk]:
    """Mount a disk of so many MiB for the length of the block.

    Raises:
        SystemExit: mounting is not allowed; the text says how it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "newsquote", str(folder)], stderr=subprocess.PIPE, check=False
    )
    if mounted.returncode != 0:
        raise SystemExit(
            f"{mounted.stderr.decode().strip()}: run it as root, or behind unshare --user --map-root-user --mount"
        )
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
