"""Where articles come from: folders and files of text, HTML, PDF and JSON lines."""

from index.ingest.sources.folder import read_articles

__all__ = ["read_articles"]
