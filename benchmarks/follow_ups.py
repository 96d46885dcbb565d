"""Compares follow-ups with people's rewrites of them: which of the words that people added were added, at what cost.

    python -m benchmarks.follow_ups QUESTIONS.jsonl ...

Each line holds `question`, `history` and `question_standalone`, the rewrite; lines without one of these are passed
over. Words are counted as search terms: those of the rewrite that the message lacks are to be recovered.
"""

import argparse
import gzip
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bot.adapters.jsonl import AskedQuestion, read_questions
from bot.conversation import Conversation
from bot.followup import resolve
from bot.followup.signs import correction_of, is_bare, points_at_something, pronouns_in, speaks_of_ones, topic_of
from index.text.terms import terms_of


@dataclass
class Tally:
    """Counts of terms: those that people added, those of them in the dialogue, those that were added, and rightly
    added."""

    turns: int = 0
    wanted: int = 0
    within_reach: int = 0
    added: int = 0
    right: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, float]:
        """Return the shares, and the median time of one resolution."""
        return {
            "turns": self.turns,
            "recall": round(self.right / max(1, self.wanted), 3),
            "within_reach": round(self.within_reach / max(1, self.wanted), 3),
            "precision": round(self.right / max(1, self.added), 3),
            "p50_ms": round(float(np.median(self.milliseconds)), 2),
        }


def main() -> None:
    """Measure, print a table and keep it."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.follow_ups", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path, nargs="+", help="question files with rewrites, .jsonl or .jsonl.gz")
    tallies: dict[str, Tally] = defaultdict(Tally)
    for path in parser.parse_args().questions:
        for asked in _questions(path):
            _count(asked, tallies)
    result = {kind: tallies[kind].as_json() for kind in sorted(tallies, key=lambda kind: -tallies[kind].turns)}
    for kind, figures in result.items():
        print(f"{kind:<28}", *(f"{name} {value:<8}" for name, value in figures.items()))


def _count(asked: AskedQuestion, tallies: dict[str, Tally]) -> None:
    conversation = Conversation("", asked.history)
    started = time.perf_counter()
    understood = resolve(asked.question, conversation)
    spent = (time.perf_counter() - started) * 1000
    typed = set(terms_of(asked.question))
    wanted = set(terms_of(asked.fields["question_standalone"])) - typed
    added = set(terms_of(understood.question)) - typed
    said = {term for turn in conversation.turns for term in terms_of(f"{turn.question} {turn.answer or ''}")}
    for kind in ("all", _kind(asked.question)):
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


def _questions(path: Path) -> Iterator[AskedQuestion]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for asked in read_questions(file):
            if asked.history and asked.fields.get("question_standalone"):
                yield asked


if __name__ == "__main__":
    main()
