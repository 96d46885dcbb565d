"""What is wrong with a snapshot on the server: every row against its checksums."""

from collections.abc import Iterator

import numpy as np

from index.errors import SnapshotCorrupt
from index.hashing import hash64
from index.library.disk.segment_articles import fingerprint_of
from index.library.milvus.copying import ArticleRows, whole_articles
from index.library.milvus.rows import signed, vector_sum
from index.library.milvus.server import Server
from index.library.milvus.snapshot import ClusterSnapshot


def problems_of(server: Server, snapshot: ClusterSnapshot) -> Iterator[str]:
    """Yield a line for every article and passage that is not as it was written."""
    try:
        for one in whole_articles(server, snapshot):
            yield from _problems(one)
    except SnapshotCorrupt as error:
        yield str(error)


def _problems(one: ArticleRows) -> Iterator[str]:
    article = one.article
    if fingerprint_of(article).hex() != one.first_piece["fingerprint"]:
        yield f"article {article.id}: contents changed (fingerprint differs)"
        return
    for passage, row in zip(one.passages(), one.passage_rows, strict=True):
        place = f"article {article.id}, passage [{passage.span.start}:{passage.span.end}]"
        key = np.array([hash64(passage.span.slice(article.text))], np.uint64)
        if int(signed(key)[0]) != int(row["key"]):
            yield f"{place}: moved (key differs)"
        if vector_sum(np.array(row["vector"], np.float32)) != int(row["vector_sum"]):
            yield f"{place}: vector changed (checksum differs)"
