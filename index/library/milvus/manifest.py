"""Snapshots on the vector server: what each says of itself, written once and read by everybody who follows."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from index.embedding.embedder import Vectors
from index.errors import SnapshotCorrupt, VectorServerRefused
from index.library.milvus.calls import Row
from index.library.milvus.layout import Lineage, snapshot_collection, snapshot_columns
from index.library.milvus.rows import Numbers
from index.library.milvus.server import Server
from index.manifest import SEARCHABLE_FORMATS, Canary, Manifest, require_same_format

_FIRST_CANARY = 1_000
_PIECE_CHARACTERS = 16_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterManifest(Manifest):
    """A manifest that says which rows of which lineage a snapshot sees.

    `next` are the numbers of whatever comes after. `mean_length` is that of the passages when the lineage was made,
    with which all its weights were made; `total_length` is that of all passages now, both in terms.
    """

    generation: int
    lineage: Lineage
    next: Numbers
    mean_length: float
    total_length: int


def write_manifest(server: Server, name: str, manifest: ClusterManifest, canary_vectors: Vectors) -> None:
    """Write the description of a snapshot; the alias does not point at it yet."""
    collection, dimension = snapshot_collection(name), manifest.dimension
    words = json.dumps(asdict(manifest), ensure_ascii=False)
    pieces = [words[cut : cut + _PIECE_CHARACTERS] for cut in range(0, len(words), _PIECE_CHARACTERS)]
    rows: list[Row] = [{"id": row, "words": piece, "vector": [0.0] * dimension} for row, piece in enumerate(pieces)]
    for row, vector in enumerate(canary_vectors):
        rows.append({"id": _FIRST_CANARY + row, "words": "", "vector": vector.tolist()})
    server.create(collection, snapshot_columns(dimension))
    server.write(collection, rows)


def read_manifest(
    server: Server, name: str, formats: Collection[int] = SEARCHABLE_FORMATS
) -> tuple[ClusterManifest, Vectors]:
    """Return the manifest of a snapshot, and the vectors of its canary questions, (n, dimension).

    Raises:
        SnapshotCorrupt: it is not there any more, or was not written to its end.
        SnapshotMismatch: its format is none of these.
    """
    try:
        rows = server.rows(snapshot_collection(name), "id >= 0", ["words", "vector"], is_strict=True)
    except VectorServerRefused as error:
        raise _unreadable(server, name, error) from error
    rows.sort(key=lambda row: int(row["id"]))
    try:
        fields = json.loads("".join(row["words"] for row in rows))
        require_same_format(f"The snapshot {name} on {server.address}", fields["format_version"], formats)
        manifest = _manifest(fields)
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(server, name, error) from error
    vectors = [row["vector"] for row in rows if row["id"] >= _FIRST_CANARY]
    if len(vectors) != len(manifest.canaries):
        raise _unreadable(server, name, ValueError("vectors of its canary questions are missing"))
    return manifest, np.array(vectors, np.float32).reshape(len(vectors), manifest.dimension)


def _manifest(fields: Mapping[str, Any]) -> ClusterManifest:
    values = {
        "canaries": tuple(Canary(**canary) for canary in fields["canaries"]),
        "lineage": Lineage(**fields["lineage"]),
        "next": Numbers(**fields["next"]),
    }
    return ClusterManifest(**{**fields, **values})


def _unreadable(server: Server, name: str, error: Exception) -> SnapshotCorrupt:
    return SnapshotCorrupt(
        f"The snapshot {name} on {server.address} cannot be read ({error}). Run `python -m index rollback`, or build "
        "again."
    )
