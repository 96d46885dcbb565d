"""Follow-ups beside people's rewrites of them: which of the words that people added were added, at what cost.

    python -m benchmarks.follow_ups QUESTIONS.jsonl ...

Each line holds `question`, `history` and `question_standalone`, the rewrite; lines without one of these are passed
over. Words are counted as search terms: those of the rewrite that the message lacks are to be recovered.
"""

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.conversation import SAID_ELSEWHERE, Conversation, Turn
from bot.followup import resolve
from bot.followup.signs import correction_of, is_bare, points_at_something, pronouns_in, speaks_of_ones, topic_of
from index.terms import terms_of


@dataclass
class Tally:
    """Terms that people added, of these the ones that stand in the dialogue, those that were added, and both."""

    turns: int = 0
    wanted: int = 0
    within_reach: int = 0
    added: int = 0
    right: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, float]:
        """Shares, and the time of one resolution at the median."""
        return {
            "turns": self.turns,
            "recall": round(self.right / max(1, self.wanted), 3),
            "within_reach": round(self.within_reach / max(1, self.wanted), 3),
            "precision": round(self.right / max(1, self.added), 3),
            "p50_ms": round(float(np.median(self.milliseconds)), 2),
        }


def main() -> None:
    """Measures, prints a table and keeps it."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.follow_ups", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path, nargs="+", help="question files with rewrites, .jsonl or .jsonl.gz")
    tallies: dict[str, Tally] = defaultdict(Tally)
    for path in parser.parse_args().questions:
        for line in _lines(path):
            _count(line, tallies)
    result = {kind: tallies[kind].as_json() for kind in sorted(tallies, key=lambda kind: -tallies[kind].turns)}
    for kind, figures in result.items():
        print(f"{kind:<28}", *(f"{name} {value:<8}" for name, value in figures.items()))


def _count(line: dict[str, Any], tallies: dict[str, Tally]) -> None:
    conversation = _conversation(line["history"])
    started = time.perf_counter()
    understood = resolve(line["question"], conversation)
    spent = (time.perf_counter() - started) * 1000
    typed = set(terms_of(line["question"]))
    wanted = set(terms_of(line["question_standalone"])) - typed
    added = set(terms_of(understood.question)) - typed
    said = {term for turn in conversation.turns for term in terms_of(f"{turn.question} {turn.answer or ''}")}
    for kind in ("all", _kind(line["question"])):
        tally = tallies[kind]
        tally.turns += 1
        tally.wanted += len(wanted)
        tally.within_reach += len(wanted & said)
        tally.added += len(added)
        tally.right += len(wanted & added)
        tally.milliseconds.append(spent)


def _kind(message: str) -> str:
    if correction_of(message) is not None:
        return "correction"
    if topic_of(message) is not None:
        return "ellipsis (And in August?)"
    pronouns = pronouns_in(message)
    if pronouns:
        return f"pronoun for a {pronouns[0].sort.name.lower()}"
    if is_bare(message):
        return "bare question (Why?)"
    if speaks_of_ones(message):
        return "one, other, else"
    return "points (the storm)" if points_at_something(message) else "nothing in its words"


def _conversation(history: list[dict[str, Any]]) -> Conversation:
    turns: tuple[Turn, ...] = ()
    for one in history:
        question = resolve(one["question"], Conversation("", turns)).question
        turns = (*turns, Turn(one["question"], question, SAID_ELSEWHERE, one.get("answer") or None))
    return Conversation("", turns)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in map(json.loads, file):
            if line.get("history") and line.get("question_standalone"):
                yield line


if __name__ == "__main__":
    main()
