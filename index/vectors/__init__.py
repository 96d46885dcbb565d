"""Vectors to rows with scores: FAISS, embedded."""

from index.vectors.faiss import FaissVectors
from index.vectors.segmented import SegmentedVectors

__all__ = ["FaissVectors", "SegmentedVectors"]
