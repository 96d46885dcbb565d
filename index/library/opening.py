"""Which library the settings ask for: one on this disk, or one on a vector server."""

from datetime import timedelta

from index.errors import SettingsInvalid
from index.library.disk.library import DiskLibrary
from index.library.protocol import Library
from index.settings import IndexSettings


def open_library(settings: IndexSettings) -> Library:
    """Return the library of INDEX, or that of VECTOR_URL.

    Raises:
        SettingsInvalid: VECTOR_URL is set, but what speaks to such a server is not installed.
    """
    if settings.vector_url is None:
        return DiskLibrary(settings.index, keep=settings.keep_snapshots)
    try:
        # what speaks to the server takes more than a second to import, and nobody else needs it
        from index.library.milvus import ClusterLibrary
    except ImportError as error:
        raise SettingsInvalid(
            f"VECTOR_URL is set, but {error.name} is not installed. Run `pip install -e '.[cluster]'`, or unset it."
        ) from error
    grace = timedelta(seconds=settings.vector_grace_seconds)
    return ClusterLibrary(settings.index, settings.vector_url, keep=settings.keep_snapshots, grace=grace)
