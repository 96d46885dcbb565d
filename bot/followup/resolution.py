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
    is_small_talk,
    opening_of,
    points_at_something,
    pronouns_in,
    speaks_of_ones,
    topic_of,
)
from bot.followup.subject import NO_SUBJECT, Subject
from bot.followup.thread import Thread, in_own_words, said_in
from bot.followup.vocabulary import PREPOSITIONS, either
from bot.reading.behind import BEHIND
from index.text.terms import terms_of

_FROM = re.compile(rf"\b(?:{either(PREPOSITIONS)})\s+$", re.IGNORECASE)
"""Words before a "there" that needs no further preposition: "from there"."""
_STARTS_WITH_PREPOSITION = re.compile(rf"(?:{either(PREPOSITIONS)})\s", re.IGNORECASE)
_LONGEST_CONTEXT = 120
"""Characters of a question, or of its answer, that a message is read behind."""
_LONGEST_SAID = 100
"""Characters of the last answer that are searched with."""
_LEAST_SCORE = 1.0
"""Below it nothing that was said is likely enough to stand for a pronoun."""
_RIVAL_MARGIN = 0.5
"""Two phrases whose scores differ by less are about equally likely meant."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A message in the words that passages are searched with, those that the reader is given with them, and those that
    people are told it was understood as."""

    searched: str
    read: str
    shown: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a message was understood as.

    `question` is self-contained; it equals the message where that already was. `leans`: whether the message follows up
    at all. `context`: what was said just before, to search with at less weight. `rival` is another self-contained
    question that is about as likely meant, and `names` are what sets the two apart ("Pashinyan", "Aliyev").

    `subject`: what the chat is about, as far as the message leans on it. `told_apart`: where not all three words of a
    message are the question's.
    """

    question: str
    leans: bool = False
    context: str = ""
    rival: str | None = None
    names: tuple[str, ...] = ()
    subject: Subject = NO_SUBJECT
    told_apart: Wording | None = None

    @property
    def wording(self) -> Wording:
        """What is searched, read and shown."""
        return self.told_apart or Wording(self.question, self.question, self.question)


def resolve(message: str, conversation: Conversation, background: str = "", thread: Thread | None = None) -> Resolution:
    """Return what `message` asks, in this conversation.

    `background`: the text of the article under discussion, if any. `thread`: what the message may lean on, where that
    is known better than grammar tells.
    """
    said = said_in(conversation.turns)
    resolution = _resolve(message, said, background, thread or Thread.of(said))
    return replace(resolution, context=_said_last(said[-1]) if said else "")


def _resolve(message: str, said: Sequence[Turn], background: str, thread: Thread) -> Resolution:
    typed = message = " ".join(message.split())
    if message.isupper() and len(message) > 4:  # capitals mark no names then
        message = message.capitalize()
    turns = [in_own_words(turn) for turn in said]
    if not message or not turns or is_small_talk(message):
        return Resolution(typed)
    frame = _last_frame(turns)
    right = correction_of(message)
    if right is not None:
        return Resolution(_exchanged(frame, right, background, thread), leans=True)
    topic = topic_of(message)
    if topic is not None:
        return _about(topic, frame, turns, background, thread)
    pronouns = pronouns_in(message)
    if pronouns:
        return _with_names(message, pronouns, turns, background, thread)
    if is_bare(message) or speaks_of_ones(message):
        return Resolution(_after(thread, message), leans=True)
    return Resolution(typed, leans=points_at_something(message) is not None)


def _about(topic: str, frame: str | None, turns: Sequence[Turn], background: str, thread: Thread) -> Resolution:
    """Return the last question, asked about something else."""
    pronouns = pronouns_in(topic)
    if pronouns:
        topic = _with_names(topic, pronouns, turns, background, thread).question
    return Resolution(_exchanged(frame, topic, background, thread), leans=True)


def _with_names(
    message: str, pronouns: Sequence[Pronoun], turns: Sequence[Turn], background: str, thread: Thread
) -> Resolution:
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
            if one.text not in taken and one.score > _LEAST_SCORE and (one.is_name or " " in one.text)
        ]
        chosen[pronoun.sort] = found
        if found and pronoun.text.lower() not in ("this", "that", "these", "those"):
            places.append((pronoun, found[0]))
    if not places:
        return Resolution(_after(thread, message), leans=True)
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
    """Return the last question that asks in full, in its own words; None if there is none."""
    for turn in reversed(turns):
        question = turn.resolved_question
        was_made = question != " ".join(turn.question.split())
        if was_made or (len(terms_of(question)) >= 2 and not _lacks_something(question)):
            return question[len(opening_of(question)) :]
    return None


def _lacks_something(question: str) -> bool:
    return is_bare(question) or correction_of(question) is not None or topic_of(question) is not None


def _after(thread: Thread, message: str) -> str:
    """Return the message behind what was asked in full, and behind its answer if that was the last thing said."""
    asked = thread.question.strip().rstrip(" ?.!")
    if len(asked) > _LONGEST_CONTEXT:
        asked = asked[-_LONGEST_CONTEXT:].partition(" ")[2]
    answer = thread.answer.strip().rstrip(" .")
    before = f"{asked}: {answer}" if answer and len(answer) <= _LONGEST_CONTEXT else asked
    return f"{before}{BEHIND}{message[len(opening_of(message)) :] or message}"


def _exchanged(frame: str | None, topic: str, background: str, thread: Thread) -> str:
    """Return the last question asked about something else; if that has no place in it, a place or time is added, and
    anything else stands behind what was asked in full."""
    if frame is not None and (exchanged := exchange(frame, topic, background)):
        return exchanged
    if frame is not None and _STARTS_WITH_PREPOSITION.match(topic):
        return f"{frame.rstrip(' ?.!')}, {topic.rstrip(' ?.!')}?"
    return _after(thread, topic)
