"""Files of records: JSON lines, packed by gzip."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def records_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file, one at a time."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
