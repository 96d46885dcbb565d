"""Two versions of the project side by side: a commit's files in a folder of their own, and commands run in it."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import Run, run

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Version:
    """The files of one commit, or those that are worked on. All use the same environment and kept models."""

    name: str
    folder: Path

    def run(self, command: Sequence[str]) -> Run:
        """Run `python -m ...` of this version to its end.

        Raises:
            RuntimeError: it failed.
        """
        done = run(command, {"PYTHONPATH": str(self.folder)}, folder=self.folder)
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: python -m {' '.join(command)} ended with {done.returncode}")
        return done

    def figures(self, command: Sequence[str]) -> dict[str, Any]:
        """Return the JSON that a command of this version prints."""
        found: dict[str, Any] = json.loads("\n".join(line for _, line in self.run(command).lines))
        return found


def working_version() -> Version:
    """Return the files as they lie here."""
    return Version(described("HEAD"), _ROOT)


def described(ref: str) -> str:
    """Return the short name of a commit."""
    found = subprocess.run(["git", "rev-parse", "--short", ref], cwd=_ROOT, capture_output=True, text=True, check=True)
    return found.stdout.strip()


@contextmanager
def version_of(ref: str) -> Iterator[Version]:
    """Lay out the files of a commit for the length of the block; the repository itself is not touched."""
    with tempfile.TemporaryDirectory(prefix="newsquote-version-") as folder:
        archive = Path(folder) / "files.tar"
        subprocess.run(["git", "archive", "--output", str(archive), ref], cwd=_ROOT, check=True)
        subprocess.run(["tar", "--extract", "--file", str(archive), "--directory", folder], check=True)
        archive.unlink()
        yield Version(described(ref), Path(folder))
