"""Modules that take a second or more to import: imported at their first use, not when tests are collected.

Every process collects all tests, and few of them use these:

    if TYPE_CHECKING:
        import torch
    else:
        torch = imported_when_used("torch")
"""

from importlib import import_module


class _LateModule:
    """Stands for a module; whatever is asked of it is asked of the module, which is then imported."""

    _mock_name = None  # pytest asks for it, and for names like __this__, in all that a test's module holds

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module(self._name), name)


def imported_when_used(name: str) -> _LateModule:
    """What stands for the module of that name."""
    return _LateModule(name)
