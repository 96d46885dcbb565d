"""Pointer: what a model does for one message, in the time that one message has; and what is kept of it.

The sentences shown to it are those that the reader finds likeliest to answer, as they would be quoted. It may put some
of them first; how sure that is, the reader says.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.conversation import Conversation
from bot.pointing.fitting import fault_of_choice, fault_of_question
from bot.pointing.judgement import Judgement
from bot.pointing.model import Answered, Chosen, Fault, PointingModel, ShownSentence, T, Task, Understood
from bot.pointing.note import Judged, PointingNote
from bot.query.kinds import MessageKind
from bot.reading.reader import Reading

MOST_SHOWN: Final = 16
"""So many sentences are shown at most."""
_LEAST_SECONDS: Final = 0.05
_OURS_TO_TELL: Final = frozenset((MessageKind.SMALL_TALK, MessageKind.ABOUT_ARTICLE, MessageKind.OTHER_LANGUAGE))
"""Messages of these kinds ask nothing of what articles tell, and have no self-contained question."""


@dataclass(frozen=True, slots=True)
class Pointing:
    """A model, how many seconds it may take for one message, and how its choices are judged."""

    model: PointingModel
    seconds: float
    judgement: Judgement
    clock: Callable[[], float] = time.monotonic

    def for_one_message(self) -> "Pointer":
        """Return what points for one message; its time begins now."""
        return Pointer(self)


class Pointer:
    """Asks a model about one message, and keeps what came of it in `note`."""

    def __init__(self, pointing: Pointing) -> None:
        self._pointing = pointing
        self._ends_at = pointing.clock() + pointing.seconds
        self.note = PointingNote(pointing.model.name)

    def understand(self, asked: str, conversation: Conversation, rarity: Callable[[str], float]) -> Understood | None:
        """Return what a message means in its conversation; None where that is not to be had, or ours to tell."""
        said = conversation.turns
        answered = self._ask(lambda model, seconds: model.understand(asked, said, seconds))
        understood = self._used(Task.UNDERSTANDING, answered)
        if understood is None:
            return None
        understood = replace(understood, question=understood.question.strip())
        if (fault := fault_of_question(understood, asked, said, rarity)) is not None:
            self._drop(Task.UNDERSTANDING, fault)
            return None
        if understood.kind in _OURS_TO_TELL:
            self.note = replace(self.note, kind=understood.kind)
            return None
        self.note = replace(self.note, question=understood.question, kind=understood.kind, language=understood.language)
        return understood

    def reorder(self, question: str, readings: Sequence[Reading]) -> list[Reading]:
        """Return these readings, best first, with those in front that the model chose, judged anew; as they are where
        nothing of what it says can be used."""
        if len(readings) < 2:
            return list(readings)
        shown = readings[:MOST_SHOWN]
        sentences = [_shown(number, reading) for number, reading in enumerate(shown, start=1)]
        answered = self._ask(lambda model, seconds: model.choose(question, sentences, seconds))
        chosen = self._used(Task.CHOOSING, answered)
        if chosen is None:
            return list(readings)
        if (fault := fault_of_choice(chosen, question, sentences)) is not None:
            self._drop(Task.CHOOSING, fault)
            return list(readings)
        return self._judged(chosen, readings)

    def leave_out_choice(self) -> None:
        """Note that the reply quotes something else than what was reordered."""
        self.note = replace(self.note, chosen=0, heading=None, judged=None)

    def _judged(self, chosen: Chosen, readings: Sequence[Reading]) -> list[Reading]:
        ours, judgement = readings[0], self._pointing.judgement
        picked = [readings[number - 1] for number in chosen.numbers]
        best = picked[0] if picked else ours
        judged = Judged(best.probability, ours.probability, bool(picked) and best is ours, none=not picked)
        judged = replace(judged, kept=judgement.keeps_ours(judged))
        in_front = [ours, *(reading for reading in picked if reading is not ours)] if judged.kept else picked
        best, *others = [*in_front, *(reading for reading in readings if all(reading is not one for one in in_front))]
        chance = judgement.chance(judged)
        heading = None if judged.kept else chosen.heading
        self.note = replace(self.note, chosen=len(picked), heading=heading, judged=judged)
        first = replace(best, probability=chance, is_worth_quoting=chance >= judgement.threshold)
        return [first, *_no_surer_than(chance, others)]

    def _ask(self, call: Callable[[PointingModel, float], Answered[T]]) -> Answered[T]:
        began = self._pointing.clock()
        if self._ends_at - began < _LEAST_SECONDS:
            return Answered(Fault.LATE)
        answered = call(self._pointing.model, self._ends_at - began)
        took_ms = self.note.took_ms + (self._pointing.clock() - began) * 1000
        self.note = replace(self.note, tokens=self.note.tokens + answered.tokens, took_ms=took_ms)
        return answered

    def _used(self, task: Task, answered: Answered[T]) -> T | None:
        if isinstance(answered.value, Fault):
            self._drop(task, answered.value)
            return None
        return answered.value

    def _drop(self, task: Task, fault: Fault) -> None:
        self.note = replace(self.note, dropped=(*self.note.dropped, (task, fault)))


def _shown(number: int, reading: Reading) -> ShownSentence:
    article = reading.article
    day = f"{article.published_at:%Y-%m-%d}" if article.published_at else ""
    return ShownSentence(number, reading.span.slice(article.text), article.title, day)


def _no_surer_than(chance: float, readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings, none surer than those before it: the order is what a model says, and scores follow it."""
    capped = []
    for reading in readings:
        chance = min(chance, reading.probability)
        capped.append(replace(reading, probability=chance))
    return capped
