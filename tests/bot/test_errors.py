"""The trees of errors that the two packages draw are complete."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

import bot.errors
import index.errors


@pytest.mark.parametrize(("package", "module"), [(bot, bot.errors), (index, index.errors)], ids=["bot", "index"])
def test_the_tree_shows_every_error_of_its_package_below_its_base(package: ModuleType, module: ModuleType) -> None:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    [root] = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__base__ is Exception]
    assert _drawn(module.__doc__ or "") == {root.__name__: None} | {
        child.__name__: parent.__name__
        for parent, child in _below(root)
        if child.__module__.startswith(package.__name__)
    }


def _below(kind: type[Exception]) -> Iterator[tuple[type[Exception], type[Exception]]]:
    """Each class that derives from this one, after the class that it derives from."""
    for child in kind.__subclasses__():
        yield kind, child
        yield from _below(child)


def _drawn(text: str) -> dict[str, str | None]:
    """The names of a tree, each with the one that it hangs from."""
    drawn: dict[str, str | None] = {}
    above: list[str] = []
    for line in text.splitlines():
        if match := re.match(r"([│├└─ ]*)([A-Z]\w+)(?: {2}|$)", line):
            depth = len(match[1]) // 4
            drawn[match[2]] = above[depth - 1] if depth else None
            above[depth:] = [match[2]]
    return drawn
