"""The tree of errors, as its module draws it."""

import re

import index.errors
from index.errors import IndexingError


def _drawn(kind: type[Exception]) -> list[str]:
    return [kind.__name__, *(name for child in kind.__subclasses__() if _is_ours(child) for name in _drawn(child))]


def _is_ours(kind: type[Exception]) -> bool:
    return kind.__module__ == index.errors.__name__


def test_every_error_is_drawn_in_the_tree_and_nowhere_else() -> None:
    drawn = re.findall(r"^(?:[│├└─ ]*[├└]── )?([A-Z]\w+)(?:\s{2,}|$)", index.errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(_drawn(IndexingError))
