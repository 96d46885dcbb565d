"""Draws the log of a training."""

import json
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

_SETS = (("", "-", ""), ("newschat_", "--", ", chats"), ("newsroom_", ":", ", newsroom"))
_COLOURS = ("#1f4e79", "#b5561c", "#3a7d44")
OF_READING = {
    "word_f1": "words of the answer (F1)",
    "auroc": "answers or not (AUROC)",
    "evidence_auroc": "sentences (AUROC)",
}


def draw_curves(log: Path, picture: Path, measures: Mapping[str, str] = OF_READING) -> None:
    """Draw the loss, and the measures on questions held apart, over the steps.

    `measures` gives each its label; those of chats, whose names begin with `newschat_`, are dashed, those of longer
    articles, with `newsroom_`, dotted.
    """
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    trained = [line for line in lines if "loss" in line]
    left.plot([line["step"] for line in trained], [line["loss"] for line in trained], color="#1f4e79")
    left.set(title="training loss", xlabel="step", ylim=(0, None))
    measured = [line for line in lines if measures.keys() & line.keys()]
    steps = [line["step"] for line in measured]
    for (name, label), colour in zip(measures.items(), _COLOURS, strict=False):
        for prefix, style, where in _SETS:
            if measured and f"{prefix}{name}" in measured[-1]:
                values = [line[f"{prefix}{name}"] for line in measured]
                right.plot(steps, values, style, marker="o", markersize=3, label=label + where, color=colour)
    right.set(title="questions held apart", xlabel="step", ylim=(0, 1))
    right.legend(frameon=False, loc="lower right")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=150)
    plt.close(figure)
