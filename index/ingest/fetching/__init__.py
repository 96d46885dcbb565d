"""Getting documents off the web without being turned against the network we run in."""

from index.ingest.fetching.fetcher import Fetched, Fetcher, FetchLimits

__all__ = ["FetchLimits", "Fetched", "Fetcher"]
