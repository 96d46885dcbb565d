"""What fuzzing begins with, and what it found, once more: no input breaks what it is given to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzzing.targets import TARGETS, close_targets

_CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture(scope="module", autouse=True)
def _closing() -> Iterator[None]:
    yield
    close_targets()


@pytest.mark.parametrize("path", sorted(_CORPUS.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_that_is_known_breaks_what_it_is_given_to(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_every_target_has_something_to_begin_with() -> None:
    assert {path.name for path in _CORPUS.iterdir()} == set(TARGETS)
