"""Makes a self-contained question of a message and the conversation before it. No language model.

A message that names what it asks about is left as it is, whatever was said before. Otherwise what it lacks is looked
for in the conversation: pronouns get the name they stand for, "And in August?" becomes the last question with another
month, and a bare "Why?" takes the last question and its answer with it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.conversation import Conversation, Turn
from bot.followup.antecedents import Antecedent, antecedents
from bot.followup.frames import exchange
from bot.followup.phrases import Sort
from bot.followup.signs import (
    Pronoun,
    correction_of,
    is_bare,
    opening_of,
    points_at_something,
    pronouns_in,
    speaks_of_ones,
    topic_of,
)
from bot.followup.subject import NO_SUBJECT, Subject
from bot.followup.vocabulary import PREPOSITIONS, either
from bot.reading.answer_types import BEHIND
from index.text.terms import terms_of

_FROM = re.compile(rf"\b(?:{either(PREPOSITIONS)})\s+$", re.IGNORECASE)
"""Words before a "there" that needs no further preposition: "from there"."""
_LONGEST_CONTEXT = 120
"""Characters of a question, or of its answer, that a message is searched behind."""
_LONGEST_SAID = 100
"""Characters of the last answer that are searched with."""
_LEAST_SCORE = 1.0
"""Below it nothing that was said is likely enough to stand for a pronoun."""
_RIVAL_MARGIN = 0.5
"""Two phrases whose scores differ by less are about equally likely meant."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a message was understood as.

    `question` is self-contained; it equals the message where that already was. `leans`: whether the message follows up
    at all. `context`: what was said just before, to search with at less weight. `rival` is another self-contained
    question that is about as likely meant, and `names` are what sets the two apart ("Pashinyan", "Aliyev").

    `subject`: what the chat is about, as far as the message leans on it. `typed`: the message, where it is searched for
    as it stands among that, and `question` is only read; else None.
    """

    question: str
    leans: bool = False
    context: str = ""
    rival: str | None = None
    names: tuple[str, ...] = ()
    subject: Subject = NO_SUBJECT
    typed: str | None = None

    @property
    def searched(self) -> str:
        """What passages are searched with: the message as typed among what the chat is about, else the question."""
        return self.question if self.typed is None else self.typed

    @property
    def shown(self) -> str:
        """What to tell the reader: the question, or the message behind the words that it was taken to be about."""
        if self.typed is None or (BEHIND not in self.question and self.question != self.typed):
            return self.question
        return f"{self.subject.shown}{BEHIND}{self.typed}" if self.subject.shown else self.typed


def resolve(message: str, conversation: Conversation, background: str = "") -> Resolution:
    """Return what `message` asks, in this conversation.

    `background`: the text of the article under discussion, if any.
    """
    resolution = _resolve(message, conversation, background)
    context = _said_last(conversation.turns[-1]) if conversation.turns else ""
    return replace(resolution, context=context)


def _resolve(message: str, conversation: Conversation, background: str) -> Resolution:
    typed = message = " ".join(message.split())
    if message.isupper() and len(message) > 4:  # capitals mark no names then
        message = message.capitalize()
    turns = [turn for turn in conversation.turns if turn.resolved_question.strip()]
    if not message or not turns:
        return Resolution(message)
    frame = _last_frame(turns)
    right = correction_of(message)
    if right is not None and frame is not None:
        return Resolution(exchange(frame, right, background) or _beside(frame, right), leans=True)
    topic = topic_of(message)
    if topic is not None and frame is not None:
        return _about(topic, frame, turns, background)
    pronouns = pronouns_in(message)
    if pronouns:
        return _with_names(message, pronouns, turns, background)
    if is_bare(message) or speaks_of_ones(message):
        return Resolution(_after(turns[-1], message), leans=True)
    return Resolution(typed, leans=points_at_something(message) is not None)


def _about(topic: str, frame: str, turns: Sequence[Turn], background: str) -> Resolution:
    """Return the last question, asked about something else."""
    pronouns = pronouns_in(topic)
    if pronouns:
        topic = _with_names(topic, pronouns, turns, background).question
    return Resolution(exchange(frame, topic, background) or _beside(frame, topic), leans=True)


def _with_names(message: str, pronouns: Sequence[Pronoun], turns: Sequence[Turn], background: str) -> Resolution:
    """Return the message with its pronouns exchanged for what they stand for, once for each sort."""
    chosen: dict[Sort, list[Antecedent]] = {}
    places: list[tuple[Pronoun, Antecedent]] = []
    for pronoun in pronouns:
        if pronoun.sort in chosen:
            continue
        taken = {found[0].text for found in chosen.values() if found}
        found = [
            one
            for one in antecedents(pronoun, message, turns, background)
            if one.text not in taken and one.score > _LEAST_SCORE
        ]
        chosen[pronoun.sort] = found
        if found and pronoun.text.lower() not in ("this", "that", "these", "those"):
            places.append((pronoun, found[0]))
    if not places:
        return Resolution(_after(turns[-1], message), leans=True)
    question = _substituted(message, places)
    pronoun, best = places[0]
    rivals = [
        one for one in chosen[pronoun.sort][1:2] if best.score - one.score < _RIVAL_MARGIN and one.sort is best.sort
    ]
    if rivals and best.is_name and rivals[0].is_name and pronoun.sort is Sort.PERSON:
        other = _substituted(message, [(pronoun, rivals[0]), *places[1:]])
        return Resolution(question, True, "", other, (best.text, rivals[0].text))
    return Resolution(question, leans=True)


def _substituted(message: str, places: Sequence[tuple[Pronoun, Antecedent]]) -> str:
    for pronoun, antecedent in sorted(places, key=lambda place: -place[0].span.start):
        words = antecedent.text
        if pronoun.possessive:
            words += "’" if words.endswith("s") else "’s"
        elif pronoun.sort is Sort.PLACE and not _FROM.search(message[: pronoun.span.start]):
            words = f"in {words}"
        start, end = pronoun.span.start, pronoun.span.end
        if start == 0:
            words = words[:1].upper() + words[1:]
        message = message[:start] + words + message[end:]
    return message


def _said_last(turn: Turn) -> str:
    said = turn.answer or (turn.quotes[0] if turn.quotes else "")
    return f"{turn.question} {said[:_LONGEST_SAID]}".strip()


def _last_frame(turns: Sequence[Turn]) -> str | None:
    """Return the last question that asks in full, as it was understood; None if there is none."""
    for turn in reversed(turns):
        question = turn.resolved_question.split(BEHIND)[-1]
        if len(terms_of(question)) >= 2 and not is_bare(question):
            return question[len(opening_of(question)) :]
    return None


def _after(turn: Turn, message: str) -> str:
    """Return the message with the question and answer that it follows in front of it."""
    asked = turn.resolved_question.strip().rstrip(" ?.!")
    if len(asked) > _LONGEST_CONTEXT:  # itself behind others: what was said first is left out
        asked = turn.question.strip().rstrip(" ?.!")[-_LONGEST_CONTEXT:]
    answer = (turn.answer or "").strip().rstrip(" .")
    before = f"{asked}: {answer}" if answer and len(answer) <= _LONGEST_CONTEXT else asked
    return f"{before}{BEHIND}{message[len(opening_of(message)) :] or message}"


def _beside(frame: str, topic: str) -> str:
    return f"{frame.rstrip(' ?.!')}, {topic.rstrip(' ?.!')}?"
