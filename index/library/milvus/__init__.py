"""A library on a vector server (Milvus), behind the same doors as one on this disk."""

from index.library.milvus.library import ClusterLibrary

__all__ = ["ClusterLibrary"]
