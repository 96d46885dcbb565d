"""One immutable built index: its manifest, and everything that answers from it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.embedding import Embedder
from index.errors import SnapshotCorrupt, SnapshotMismatch
from index.keywords import KeywordIndex
from index.vectors import FaissVectors

FORMAT_VERSION = 1
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds and what built it. `checksums`: file name to [bytes, SHA-256]."""

    format_version: int
    created_at: str
    model: str
    model_fingerprint: str
    model_backend: str
    dimension: int
    n_articles: int
    n_passages: int
    revisions: dict[str, str]
    checksums: dict[str, tuple[int, str]]

    @property
    def built_at(self) -> datetime:
        """When the build finished, aware UTC."""
        return datetime.fromisoformat(self.created_at)


class IndexSnapshot:
    """A published snapshot, open for reading."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.name = folder.name
        self.manifest = manifest
        self.archive = Archive(folder)
        try:
            self.vectors = FaissVectors.load(folder / "vectors.faiss")
            self.keywords = KeywordIndex.load(folder / "keywords")
            self.keys: NDArray[np.uint64] = np.load(folder / "keys.npy", mmap_mode="r")
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise SnapshotCorrupt(f"{folder} cannot be read ({error}). Run `python -m index rollback`.") from error

    @classmethod
    def open(cls, folder: Path, embedder: Embedder) -> "IndexSnapshot":
        """The snapshot in `folder`, after checking that it is whole and that `embedder` made it.

        Raises:
            SnapshotCorrupt: a file is missing, cut short or unreadable.
            SnapshotMismatch: another model, dimension or format made it.
        """
        manifest = read_manifest(folder)
        _require_same_model(folder, manifest, embedder)
        for name, (size, _) in manifest.checksums.items():
            path = folder / name
            if not path.is_file() or path.stat().st_size != size:
                found = f"{path.stat().st_size} bytes" if path.is_file() else "nothing"
                raise SnapshotCorrupt(
                    f"{path}: expected {size} bytes, found {found}. Run `python -m index rollback`, or build again."
                )
        return cls(folder, manifest)

    def close(self) -> None:
        """Lets go of the files."""
        self.archive.close()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the snapshot in `folder`.

    Raises:
        SnapshotCorrupt: it is missing or not readable.
        SnapshotMismatch: another format version wrote it.
    """
    try:
        fields = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        version = fields["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotCorrupt(
            f"{folder / _MANIFEST} cannot be read ({error}). Run `python -m index rollback`, or build again."
        ) from error
    if version != FORMAT_VERSION:
        raise SnapshotMismatch(
            f"{folder} has index format {version}, this program reads format {FORMAT_VERSION}. "
            "Run `python -m index build --articles PATH` again."
        )
    try:
        fields["checksums"] = {name: (size, digest) for name, (size, digest) in fields["checksums"].items()}
        return Manifest(**fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SnapshotCorrupt(f"{folder / _MANIFEST} is not a manifest ({error}). Build again.") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest, the last file of a snapshot."""
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")


def checksums_of(folder: Path) -> dict[str, tuple[int, str]]:
    """Name to (bytes, SHA-256) of every file of a snapshot but its manifest."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, _sha256(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != _MANIFEST
    }


def corrupt_files(folder: Path) -> Iterable[str]:
    """Every file of a snapshot that is missing or differs from the manifest, with what is wrong."""
    for name, (size, digest) in read_manifest(folder).checksums.items():
        path = folder / name
        if not path.is_file():
            yield f"{name}: missing"
        elif path.stat().st_size != size:
            yield f"{name}: {path.stat().st_size} bytes, expected {size}"
        elif _sha256(path) != digest:
            yield f"{name}: contents changed (SHA-256 differs)"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require_same_model(folder: Path, manifest: Manifest, embedder: Embedder) -> None:
    if (manifest.model_fingerprint, manifest.dimension) == (embedder.fingerprint, embedder.dimension):
        return
    raise SnapshotMismatch(
        f"{folder} was built with {manifest.model} ({manifest.model_backend}, {manifest.dimension} dimensions), "
        f"but the model in use is {embedder.name} ({embedder.backend}, {embedder.dimension} dimensions). "
        "Run `python -m index build --articles PATH` with this model, or set EMBEDDING_MODEL back."
    )
