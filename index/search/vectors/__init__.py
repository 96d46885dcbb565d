"""Vectors to rows with scores: FAISS, embedded."""

from index.search.vectors.faiss import FaissVectors, VectorsWriter
from index.search.vectors.segmented import SegmentedVectors

__all__ = ["FaissVectors", "SegmentedVectors", "VectorsWriter"]
