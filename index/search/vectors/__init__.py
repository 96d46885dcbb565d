"""Vectors to rows with scores: FAISS, embedded."""

from index.search.vectors.faiss import FaissVectors
from index.search.vectors.segmented import SegmentedVectors

__all__ = ["FaissVectors", "SegmentedVectors"]
