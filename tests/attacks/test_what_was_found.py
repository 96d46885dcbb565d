"""SECURITY.md says of each finding which tests keep it from coming back: they are there."""

import re

from tests.conftest import ROOT

_ROWS = re.findall(r"^\| ([HMC]\d+) \| .* \| ([^|]*) \|$", (ROOT / "SECURITY.md").read_text("utf-8"), re.MULTILINE)
_UNTESTED = {"C12", "C18"}
"""What is left as it is, for reasons given there."""


def test_every_finding_names_tests_that_there_are() -> None:
    named = {
        finding: [
            (path, name)
            for path, names in re.findall(r"`(tests/[\w/]+\.py)`: ((?:`test_\w+`(?:, )?)+)", tests)
            for name in re.findall(r"test_\w+", names)
        ]
        for finding, tests in _ROWS
    }
    assert list(named) == [
        *(f"H{n}" for n in range(1, 7)),
        *(f"M{n}" for n in range(1, 14)),
        *(f"C{n}" for n in range(1, 19)),
        *(f"H{n}" for n in range(7, 11)),
        *(f"M{n}" for n in range(14, 20)),
        "C19",
        *("M20", "H11", "M21", "C20", "C21", "C22", "H12"),
    ]
    assert {finding for finding, tests in named.items() if not tests} == _UNTESTED
    missing = [
        (path, name)
        for tests in named.values()
        for path, name in tests
        if not re.search(rf"^(?:async )?def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)
    ]
    assert missing == []
