"""Vectors to rows with scores: FAISS, embedded."""

from index.vectors.faiss import FaissVectors

__all__ = ["FaissVectors"]
