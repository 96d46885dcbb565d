"""A library as one file: to keep it safe, or to move it to another machine or back end, vectors included.

The file is a tar archive: `library.json` says what made it, `segment/` is all articles in service as one segment, with
the size and SHA-256 of each of its files in `segment/segment.json`, whose own stands in `library.json`.
"""

import hashlib
import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.embedding.embedder import Embedder
from index.errors import LibraryFileInvalid
from index.library.disk.checksums import differences, sha256_of
from index.library.disk.segment import SEGMENT_FILE, read_contents
from index.library.protocol import Library
from index.manifest import FORMAT_VERSION, require_same_format, require_same_model

_METADATA = "library.json"
_SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """What such a file says of itself: which snapshot it holds, and what made it. `checksum`: of its `segment.json`."""

    format_version: int
    exported_at: str
    snapshot: str
    model: str
    model_fingerprint: str
    model_backend: str
    dimension: int
    n_articles: int
    n_passages: int
    checksum: str


def export_library(library: Library, embedder: Embedder, file: Path) -> LibraryFile:
    """Write the articles in service into `file`, which is there only once it is whole; return what it says of itself.

    Raises:
        SnapshotMissing, SnapshotMismatch: there is nothing that could be exported.
        LibraryFileInvalid: the file cannot be written.
    """
    with _scratch(library) as scratch:
        segment = Path(scratch) / _SEGMENT
        segment.mkdir()
        library.copy_current(segment, embedder)
        metadata = _metadata(segment, library.current_name(), embedder)
        part = file.with_name(f"{file.name}.part")
        try:
            with tarfile.open(part, "w") as archive:
                fields = asdict(metadata)
                _add(archive, _METADATA, json.dumps({**fields, "digest": _digest(fields)}, indent=1).encode())
                archive.add(segment, _SEGMENT)
            part.replace(file)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise LibraryFileInvalid(f"{file} cannot be written ({error.strerror or error}).") from error
    return metadata


def import_library(library: Library, embedder: Embedder, file: Path) -> LibraryFile:
    """Put the articles of `file` in service in the place of all others; return what the file says of itself.

    A rollback brings the others back. If anything is wrong, nothing changes.

    Raises:
        LibraryFileInvalid: it cannot be read, is not such a file, or was damaged.
        SnapshotMismatch: its vectors are of another model, or its format is another.
    """
    with _scratch(library) as scratch:
        try:
            with tarfile.open(file, "r") as archive:
                metadata = _read_metadata(archive, file)
                require_same_model(str(file), metadata, embedder)
                archive.extractall(scratch, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise LibraryFileInvalid(
                f"{file} cannot be read ({error}). It should be a file that `python -m index export` wrote."
            ) from error
        segment = Path(scratch) / _SEGMENT
        _require_undamaged(segment, metadata, file)
        library.take_over(segment, embedder)
    return metadata


def _scratch(library: Library) -> TemporaryDirectory[str]:
    """Return a folder on the same disk as the library's own."""
    library.root.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(dir=library.root, prefix=".moving-")


def _metadata(segment: Path, snapshot: str, embedder: Embedder) -> LibraryFile:
    contents = read_contents(segment)
    return LibraryFile(
        format_version=FORMAT_VERSION,
        exported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        snapshot=snapshot,
        model=embedder.name,
        model_fingerprint=embedder.fingerprint,
        model_backend=embedder.backend,
        dimension=embedder.dimension,
        n_articles=contents.n_articles,
        n_passages=contents.n_passages,
        checksum=sha256_of(segment / SEGMENT_FILE),
    )


def _read_metadata(archive: tarfile.TarFile, file: Path) -> LibraryFile:
    first = archive.next()
    content = archive.extractfile(first) if first is not None and first.name == _METADATA else None
    if content is None:
        raise LibraryFileInvalid(f"{file} is not a file that `python -m index export` wrote: it has no {_METADATA}.")
    try:
        fields: dict[str, Any] = json.load(content)
        digest = fields.pop("digest")
    except (ValueError, KeyError, AttributeError) as error:
        raise LibraryFileInvalid(f"{file}: its {_METADATA} cannot be read ({error}). Export again.") from error
    if digest != _digest(fields):
        raise LibraryFileInvalid(f"{file}: its {_METADATA} was changed (digest differs). Export again.")
    require_same_format(str(file), fields["format_version"])
    return LibraryFile(**fields)


def _require_undamaged(segment: Path, metadata: LibraryFile, file: Path) -> None:
    list_of_files = segment / SEGMENT_FILE
    if not list_of_files.is_file() or sha256_of(list_of_files) != metadata.checksum:
        raise LibraryFileInvalid(f"{file}: its {SEGMENT_FILE} is missing or was changed. Export again.")
    for problem in differences(segment, read_contents(segment).checksums):
        raise LibraryFileInvalid(f"{file}: {problem}. Export again.")


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, BytesIO(content))


def _digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
