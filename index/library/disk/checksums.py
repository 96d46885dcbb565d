"""Sizes and digests of files, and what differs from them."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from index.errors import SnapshotCorrupt

Checksums = Mapping[str, tuple[int, str]]
"""File name to (bytes, SHA-256)."""


def checksums_of(folder: Path) -> Checksums:
    """Return the checksums of every file below `folder`."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, sha256_of(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def require_sizes(folder: Path, checksums: Checksums) -> None:
    """Raise SnapshotCorrupt unless every file is there and as long as it should be: quick, for whoever opens it."""
    for name, (size, _) in checksums.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            found = f"{path.stat().st_size} bytes" if path.is_file() else "nothing"
            raise SnapshotCorrupt(
                f"{path}: expected {size} bytes, found {found}. Run `python -m index rollback`, or build again."
            )


def differences(folder: Path, checksums: Checksums) -> Iterator[str]:
    """Yield what is wrong with each file that is missing or not as it was."""
    for name, (size, digest) in checksums.items():
        path = folder / name
        if not path.is_file():
            yield f"{name}: missing"
        elif path.stat().st_size != size:
            yield f"{name}: {path.stat().st_size} bytes, expected {size}"
        elif sha256_of(path) != digest:
            yield f"{name}: contents changed (SHA-256 differs)"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's contents, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
