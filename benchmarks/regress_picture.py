"""Draws the figures that users feel over the versions that were released, each in a panel of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_COLUMNS = 3
_COLOUR = "#1f5f8b"


def draw(released: Sequence[Mapping[str, Any]], picture: Path) -> None:
    """Write a PNG with a panel for each figure: how many times the first version's it is, in each version.

    Where two versions were measured in one run, their ratio counts; machines and their load differ between runs.
    """
    from matplotlib.figure import Figure  # takes a second to import

    names = list(dict.fromkeys(name for one in released for name in one["figures"]))
    rows = -(-len(names) // _COLUMNS)
    drawn = Figure(figsize=(4 * _COLUMNS, 2.4 * rows), layout="constrained")
    versions = [one["version"] for one in released]
    for place, name in enumerate(names, start=1):
        axes = drawn.add_subplot(rows, _COLUMNS, place)
        points = _relative(released, name)
        axes.plot([version for version, _, _ in points], [times for _, times, _ in points], "o-", color=_COLOUR)
        for version, times, label in points:
            axes.annotate(label, (version, times), textcoords="offset points", xytext=(0, 6), ha="center", fontsize=8)
        axes.set_title(name, fontsize=10)
        axes.set_ylim(0, 1.4 * max(times for _, times, _ in points))
        axes.set_xlim(-0.5, len(versions) - 0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    drawn.savefig(picture, dpi=100, facecolor="white")


def _relative(released: Sequence[Mapping[str, Any]], name: str) -> list[tuple[str, float, str]]:
    """Return version, times the first one's, and what to write there, of each version that has the figure."""
    points: list[tuple[str, float, str]] = []
    last = 0.0
    for one in released:
        if name not in one["figures"]:
            continue
        value, ratio = one["figures"][name], one["times the version before"].get(name)
        times = 1.0 if not points else points[-1][1] * (ratio or value / last)
        points.append((one["version"], times, f"{value:g}" if ratio is None else f"times {ratio:g}"))
        last = value
    return points
