"""The last question with one part of it exchanged: "And in August?", "What about Azerbaijan?", "the first one?"."""

import re

from bot.followup.phrases import Phrase, Sort, head_of, names_in, noun_phrases, times_in
from bot.followup.vocabulary import AUXILIARIES, PREPOSITIONS, either
from index import Span

_DO, _AT = either(AUXILIARIES), either(PREPOSITIONS)
_PREPOSITIONAL = re.compile(
    rf"\b(?P<preposition>{_AT})\s+(?P<phrase>(?:(?!(?:{_AT}|{_DO}|and|or|that|which|who|when|where|"
    r"how|why|what)\b)[\w’'.-]*\w[\s]*){1,6})",
    re.IGNORECASE,
)
_STARTS_WITH_PREPOSITION = re.compile(rf"^(?P<preposition>{_AT})\s+(?P<phrase>.+)$", re.IGNORECASE)
_ONES = re.compile(r"\bones?\b", re.IGNORECASE)
_ORDINAL_ALONE = re.compile(r"^(?:the\s+)?(?:first|second|third|last|other|next|previous)$", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?P<what>[a-z]+) \d+\b", re.IGNORECASE)
_WHO_IS_THE = re.compile(
    r"^(?:who(?:['’]?s| is| was| are| were)|how \w+ (?:is|was|are|were)) (?P<whom>the [^?]+)$", re.IGNORECASE
)
_NUMBER = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def exchange(question: str, topic: str, background: str = "") -> str | None:
    """Return `question` asked of `topic` instead, or None if no part of it is of that sort.

    "How many died in July?", "in August" gives "How many died in August?".
    """
    question = question.rstrip(" ?.!")
    match = _STARTS_WITH_PREPOSITION.match(topic)
    if match:
        there = _prepositional_part(question, match.group("preposition"))
        if there is None:
            return None
        new = _with_noun(match.group("phrase"), there.slice(question))
        return _closed(_replaced(question, there, new))
    return _exchange_phrase(question, topic, background)


def swap(question: str, name: str, background: str = "") -> str | None:
    """Return `question` with `name`, which stands in it, and its other name in each other's place; None if there is not
    exactly one other."""
    question = question.rstrip(" ?.!")
    names = names_in(question, background)
    one = next((each for each in names if each.text.lower() == name.lower()), None)
    others = [each for each in names if one is not None and each.terms.isdisjoint(one.terms)]
    if one is None or len(others) != 1:
        return None
    first, second = sorted((one.span, others[0].span), key=lambda span: span.start)
    between = question[first.end : second.start]
    swapped = question[: first.start] + second.slice(question) + between + first.slice(question)
    return _closed(swapped + question[second.end :])


def _exchange_phrase(question: str, topic: str, background: str) -> str | None:
    """Return the question with `topic` for the part most like it: time for time, name for name, noun for noun."""
    if _ORDINAL_ALONE.match(topic):
        topic = f"{topic} one"
    if _ONES.search(topic):
        for there in _noun_parts(question):
            new = _with_noun(topic, there.slice(question))
            is_determined = re.search(r"\b(?:the|an?|which|what)\s+$", question[: there.start], re.IGNORECASE)
            return _closed(_replaced(question, there, _undetermined(new) if is_determined else new))
        return None
    times, new_times = times_in(question), times_in(topic)
    if new_times:
        return _closed(_replaced(question, times[-1].span, topic)) if times else None
    new_names = (
        names_in(topic, background) or names_in(topic.title(), background)
        if topic.islower()
        else names_in(topic, background)
    )
    names = [name for name in names_in(question, background) if not _NUMBER.fullmatch(name.text)]
    if topic[:1].isupper() and new_names and names:
        if any(name.text.lower() == topic.lower() for name in names):
            return swap(question, topic, background)
        return _closed(_replaced(question, _like(names, new_names[0]).span, topic))
    alike = _like_in_kind(question, topic)
    if alike is not None:
        return _closed(_replaced(question, alike, topic))
    if not topic[:1].isupper():
        nouns = [phrase for phrase in noun_phrases(question) if head_of(phrase.text) == head_of(topic)]
        if nouns:
            return _closed(_replaced(question, nouns[-1].span, _undetermined(topic)))
    return None


def _like_in_kind(question: str, topic: str) -> Span | None:
    """Return where the question has "line 4" for the topic "line 9", or asks who somebody else is; None for neither."""
    numbered = _NUMBERED.fullmatch(topic)
    same = [one for one in _NUMBERED.finditer(question) if numbered and one["what"].lower() == numbered["what"].lower()]
    asked_for = _WHO_IS_THE.match(question) if topic.lower().startswith("the ") else None
    if same:
        return Span(*same[-1].span())
    return Span(*asked_for.span("whom")) if asked_for else None


def _like(names: list[Phrase], new: Phrase) -> Phrase:
    """Return the name to exchange: one of the same sort, else the first, which the question is about."""
    return next((name for name in names if name.sort is new.sort is not Sort.THING), names[0])


def _prepositional_part(question: str, preposition: str) -> Span | None:
    """Return where the words after this preposition stand in the question; the last ones if it occurs twice."""
    found = [
        one for one in _PREPOSITIONAL.finditer(question) if one.group("preposition").lower() == preposition.lower()
    ]
    if not found:
        return None
    phrase = found[-1].group("phrase")
    return Span(found[-1].start("phrase"), found[-1].start("phrase") + len(phrase.rstrip()))


def _noun_parts(question: str) -> list[Span]:
    """Return where the question's noun phrases stand, those behind a preposition first, each with its determiner."""
    behind = [one for one in _PREPOSITIONAL.finditer(question)]
    spans = [
        Span(one.start("phrase"), one.start("phrase") + len(one.group("phrase").rstrip())) for one in reversed(behind)
    ]
    return spans + [phrase.span for phrase in noun_phrases(question)]


def _with_noun(topic: str, there: str) -> str:
    """Return the topic with the noun for "one": "the first one" beside "the 2020 war" is "the first war"."""
    head = head_of(there)
    if _ORDINAL_ALONE.match(topic):
        return f"{topic} {head}" if head else topic
    return _ONES.sub(head, topic) if head else topic


def _undetermined(topic: str) -> str:
    return re.sub(r"^(?:the|a|an)\s+", "", topic, flags=re.IGNORECASE)


def _replaced(text: str, span: Span, new: str) -> str:
    return text[: span.start] + new + text[span.end :]


def _closed(question: str) -> str:
    return f"{question.rstrip(' ?.!')}?"
