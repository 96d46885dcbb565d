"""That a figure which got worse is named: two versions measured in turns, and what is kept of them."""

import json
from pathlib import Path

import pytest

from benchmarks import regress
from benchmarks.feeling import Figures
from benchmarks.regress import compared, keep, worse
from benchmarks.regress_picture import draw
from benchmarks.versions import Version, version_of


def _measured(version: Version, folder: Path) -> Figures:
    """Twice as long, and half as fast, in the version that is worked on."""
    times = 2.0 if version.name == "now" else 1.0
    return {"first answer s": times, "build characters/s": 100.0 / times, "peak memory MiB": 200.0}


def test_what_got_worse_is_named_whether_more_of_it_is_better_or_less(tmp_path: Path) -> None:
    found = compared(Version("before", tmp_path), Version("now", tmp_path), {"all": _measured}, rounds=3)
    assert found["first answer s, times that of before"] == 2.0
    assert worse(found, tolerance=0.15) == ["first answer s: 2 times", "build characters/s: 0.5 times"]
    assert worse(found, tolerance=1.5) == []


def test_figures_of_versions_are_kept_apart_from_ratios_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = tmp_path / "released.json"
    released.write_text("[]")
    monkeypatch.setattr(regress, "RELEASED", released)
    keep("first", {"first answer s": 1.0}, ["T2 first quote right=.8"])
    keep("second", {"first answer s": 2.0, "first answer s, times that of first": 1.5}, [])
    keep("second", {"first answer s": 3.0, "first answer s, times that of first": 1.25}, [])
    kept = json.loads(released.read_text())
    assert [(one["version"], one["figures"], one["times the version before"]) for one in kept] == [
        ("first", {"first answer s": 1.0, "T2 first quote right": 0.8}, {}),
        ("second", {"first answer s": 3.0}, {"first answer s": 1.25}),
    ]
    draw(kept, tmp_path / "drawn.png")
    assert (tmp_path / "drawn.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(not (Path(__file__).parents[1] / ".git").exists(), reason="these files are of no repository")
def test_the_versions_released_can_be_laid_out_beside_this_one() -> None:
    (last, *_) = json.loads(regress.RELEASED.read_text())[::-1]
    assert set(last) == {"version", "commit", "measured_at", "machine", "figures", "times the version before"}
    with version_of("HEAD") as version:
        assert (version.folder / "bot" / "__main__.py").is_file()
