"""What `make run` installs: the versions that were tested, each file with its hash."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.version import Version

from tests.conftest import ROOT

_LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
_PINNED = dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", _LOCK, re.MULTILINE))


def test_every_dependency_is_in_the_lock_in_a_version_that_is_allowed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(line) for line in project["dependencies"] if not line.startswith("torch==")]
    assert [one.name for one in wanted if one.name not in _PINNED] == []
    assert [str(one) for one in wanted if not one.specifier.contains(Version(_PINNED[one.name]))] == []


def test_every_file_has_a_hash_and_no_other_place_is_named() -> None:
    entries = re.split(r"^(?=[a-z0-9])", _LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) >= len(_PINNED) > 90
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in _LOCK


def test_the_container_image_is_installed_from_the_lock() -> None:
    installed = [line.strip() for line in (ROOT / "deploy/Dockerfile").read_text("utf-8").splitlines()]
    assert any("pip install --no-deps --require-hashes --requirement requirements.lock" in line for line in installed)


def test_what_is_made_to_run_is_installed_from_the_lock() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("$(READY): ")[2].partition("\n\n")[0]
    installs = re.findall(r"\$\(INSTALL\) (.*)", recipe)
    assert installs == [
        "torch==2.13.0",
        "--no-deps --require-hashes --requirement requirements.lock",
        "--no-deps --editable .",
    ]
