"""What the server saves a build: vectors of passages that are there already, and articles that another may copy."""

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors
from index.embedding.vector_cache import Keys
from index.library.milvus.calls import SearchRequest, one_of
from index.library.milvus.layout import seen_by
from index.library.milvus.manifest import ClusterManifest
from index.library.milvus.rows import band_weights, signature_in, signed, unsigned
from index.library.milvus.server import Server
from index.library.near_duplicates import Signature, most_alike

_STEP = 256
_CANDIDATES = 16
"""Articles that share most bands with another: the most alike is among them."""


class ServerVectors:
    """The vectors of a snapshot, by the keys of their texts. They are of the model that the snapshot was opened for."""

    def __init__(self, server: Server, manifest: ClusterManifest) -> None:
        self._server = server
        self._collection = manifest.lineage.passages
        self._seen = seen_by(manifest.generation)

    def fill(self, keys: Keys, vectors: Vectors, known: NDArray[np.bool_]) -> None:
        """Write the vectors of rows that are not `known` yet, and mark these rows."""
        wanted = np.flatnonzero(~known)
        for first in range(0, len(wanted), _STEP):
            rows = wanted[first : first + _STEP]
            scope = f"{one_of('key', signed(keys[rows]).tolist())} and {self._seen}"
            found = {int(row["key"]): row["vector"] for row in self._server.rows(self._collection, scope, _COLUMNS)}
            for row, key in zip(rows.tolist(), signed(keys[rows]).tolist(), strict=True):
                if key in found:
                    vectors[row] = found[key]
                    known[row] = True


class ServerCopies:
    """The articles of a snapshot, by the bands of their signatures."""

    def __init__(self, server: Server, manifest: ClusterManifest) -> None:
        self._server = server
        self._collection = manifest.lineage.articles
        self._request = SearchRequest(
            f"piece == 0 and {seen_by(manifest.generation)}", _CANDIDATES, ("signature", "copy_group")
        )

    def closest(self, signature: Signature, bands: NDArray[np.uint64]) -> tuple[float, int] | None:
        """Return likeness and group of the article that is most like `signature`, if one is a near copy."""
        hits = self._server.search(self._collection, "bands", [band_weights(signature)], self._request)[0]
        if not hits:
            return None
        signatures = np.stack([signature_in(hit.row) for hit in hits])
        return most_alike(signature, signatures, unsigned([int(hit.row["copy_group"]) for hit in hits]))


_COLUMNS = ("key", "vector")
