"""The report as Markdown, and as a folder with its pictures, its failures and its figures for scripts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.errors import BotError
from bot.evaluation.bootstrap import LEAST_CLUSTERS
from bot.evaluation.evaluating import Estimate, Evaluation, Group
from bot.evaluation.failures import failures_by_stage, failures_of, listed, stage_table
from bot.evaluation.figures import SECTIONS, Figure

_WORST = 10
_JSON_DECIMALS = 6


def as_markdown(evaluation: Evaluation, pictures: Sequence[Path] = ()) -> str:
    """Return the figures of all questions and of each group, the failures by stage, and the worst of them."""
    everything, *groups = evaluation.groups
    failed = failures_of(evaluation.judged)
    parts = [
        "# Quality report",
        f"{everything.n_questions} questions, {everything.n_answerable} of them answerable. "
        "Intervals hold 95%, by bootstrap over articles; over questions where these are about fewer than "
        f"{LEAST_CLUSTERS} articles.",
        _figures(everything),
        *(f"![{path.stem.replace('-', ' ')}]({path.name})" for path in pictures),
        *(["## By kind of question", *_by_group([everything, *groups])] if groups else []),
        "## Failures by stage",
        stage_table(evaluation.judged),
        *([f"## The worst {min(_WORST, len(failed))} failures", listed(failed[:_WORST])] if failed else []),
    ]
    return "\n\n".join(parts) + "\n"


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return every figure of every group, and the number of failures by stage."""
    stages = [one.stage for one in evaluation.judged]
    return {
        "groups": {
            group.name: {
                "n_questions": group.n_questions,
                "n_answerable": group.n_answerable,
                "figures": {name: _rounded(estimate) for name, estimate in group.estimates.items()},
            }
            for group in evaluation.groups
        },
        "failures": {stage.value: stages.count(stage) for stage in dict.fromkeys(stages) if stage},
    }


def make_folder(folder: Path) -> None:
    """Make sure, before a long evaluation, that its report has a place.

    Raises:
        BotError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BotError(f"the report cannot be written to {folder}: {error.strerror}") from error


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """Write report.md, report.json, failures.md and, if there are enough questions for them, the pictures.

    Raises:
        BotError: a file cannot be written.
    """
    from bot.evaluation.pictures import draw_pictures  # matplotlib takes a second to import, and only this draws

    try:
        pictures = draw_pictures(evaluation, folder)
        _write(folder / "report.md", as_markdown(evaluation, pictures))
        _write(folder / "report.json", json.dumps(as_json(evaluation), indent=1, ensure_ascii=False) + "\n")
        _write(folder / "failures.md", failures_by_stage(evaluation.judged))
    except OSError as error:
        raise BotError(f"the report cannot be written to {folder}: {error.strerror}") from error


def _figures(group: Group) -> str:
    rows = [
        f"| **{section}** | | | | |\n" + "\n".join(_row(figure, group.estimates[figure.name]) for figure in figures)
        for section, figures in _applicable(group)
    ]
    head = "| figure | value | 95% interval | questions | what it says |\n| --- | --: | :-: | --: | --- |"
    return "\n".join([head, *rows])


def _row(figure: Figure, estimate: Estimate) -> str:
    value, bounds = _value(figure, estimate), _bounds(figure, estimate)
    return f"| {figure.name} | {value} | {bounds} | {estimate.n_questions} | {figure.meaning} |"


def _by_group(groups: Sequence[Group]) -> Iterator[str]:
    """Yield a table for each section: the groups down, its figures across."""
    for section, figures in _applicable(groups[0]):
        names = " | ".join(figure.name for figure in figures)
        head = f"| {section.lower()} | questions | answerable | {names} |\n| --- |{' --: |' * (len(figures) + 2)}"
        yield "\n".join([head, *(_group_row(group, figures) for group in groups)])


def _group_row(group: Group, figures: Sequence[Figure]) -> str:
    found = ((figure, group.estimates.get(figure.name)) for figure in figures)
    cells = (f"{_value(figure, one)} ({_bounds(figure, one)})" if one else "–" for figure, one in found)
    name = group.name.replace("|", "/")
    return f"| {name} | {group.n_questions} | {group.n_answerable} | {' | '.join(cells)} |"


def _applicable(group: Group) -> Iterator[tuple[str, list[Figure]]]:
    """Yield the sections, each with the figures that apply to the group."""
    for section, figures in SECTIONS.items():
        applicable = [figure for figure in figures if figure.name in group.estimates]
        if applicable:
            yield section, applicable


def _value(figure: Figure, estimate: Estimate) -> str:
    return f"{estimate.value:.{figure.decimals}f}"


def _bounds(figure: Figure, estimate: Estimate) -> str:
    return f"{estimate.low:.{figure.decimals}f}–{estimate.high:.{figure.decimals}f}"


def _rounded(estimate: Estimate) -> dict[str, float]:
    return {name: round(value, _JSON_DECIMALS) for name, value in asdict(estimate).items()}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
