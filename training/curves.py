"""Draws the log of a training."""

import json
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt


def draw_curves(log: Path, picture: Path) -> None:
    """Draw the loss, and the measures on questions held apart, over the steps."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    trained = [line for line in lines if "loss" in line]
    left.plot([line["step"] for line in trained], [line["loss"] for line in trained], color="#1f4e79")
    left.set(title="training loss", xlabel="step", ylim=(0, None))
    measured = [line for line in lines if "auroc" in line]
    steps = [line["step"] for line in measured]
    for name, label, colour in (
        ("word_f1", "words of the answer (F1)", "#1f4e79"),
        ("auroc", "answers or not (AUROC)", "#b5561c"),
        ("evidence_auroc", "sentences (AUROC)", "#3a7d44"),
    ):
        for prefix, style, where in (("", "-", ""), ("newschat_", "--", ", newschat")):
            if measured and f"{prefix}{name}" in measured[-1]:
                values = [line[f"{prefix}{name}"] for line in measured]
                right.plot(steps, values, style, marker="o", markersize=3, label=label + where, color=colour)
    right.set(title="questions held apart", xlabel="step", ylim=(0, 1))
    right.legend(frameon=False, loc="lower right")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=150)
    plt.close(figure)
