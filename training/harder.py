"""What makes examples harder: answers that stand apart from the words of the question, and questions turned round."""

import random
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from index import Span

_WORD = re.compile(r"\w+")
_FUNCTION_WORDS = (
    "the a an of to in and on at by for with from or is was are were be been did does do what who when where which why "
    "how many much that this it his her their its as"
)
_PASSED_OVER = frozenset(_FUNCTION_WORDS.split())
_SENTENCE_END = re.compile(r"[.!?][\"'”)]*\s+(?=[A-Z\"'“])")
_ANY_END = re.compile(r"[.!?][\"'”)]*\s+")
_TOLD_IN_OTHER_WORDS = ("how", "why", "what")

_PAIRS = (
    "before/after first/last increase/decrease increased/decreased rise/fall rose/fell more/less most/least "
    "won/lost win/lose north/south northern/southern east/west eastern/western highest/lowest higher/lower "
    "largest/smallest larger/smaller oldest/youngest older/younger start/end started/ended began/ended "
    "earliest/latest early/late accept/reject accepted/rejected support/oppose supported/opposed bought/sold "
    "buy/sell cause/prevent caused/prevented male/female men/women man/woman husband/wife father/mother "
    "son/daughter brother/sister king/queen above/below inside/outside public/private strong/weak stronger/weaker "
    "best/worst better/worse good/bad positive/negative major/minor majority/minority rich/poor hot/cold warm/cold "
    "wet/dry gain/loss gained/lost arrived/left entered/left opened/closed born/killed allowed/forbidden "
    "allow/forbid success/failure successful/unsuccessful possible/impossible legal/illegal with/without "
    "always/never longest/shortest longer/shorter high/low fast/slow faster/slower strength/weakness "
    "advantage/disadvantage import/export advantages/disadvantages agree/disagree agreed/disagreed include/exclude "
    "included/excluded attack/defend attacked/defended ancient/modern old/new right/left victory/defeat "
    "victories/defeats friends/enemies friend/enemy"
)
_BOTH_WAYS = [tuple(pair.split("/")) for pair in _PAIRS.split()]
_OPPOSITES = {word: other for one, another in _BOTH_WAYS for word, other in ((one, another), (another, one))}
_AUXILIARY = re.compile(r"\b(?:was|were|is|are|did|does|do|could|can|would|has|have|had|should)\b")
_TAKES_NEVER = ("was", "were", "is", "are", "has", "have", "had")
_BEFORE_SUBJECT = re.compile(r" (?:the|a|an|it|he|she|they|[A-Z])")
_DENIED = re.compile(r"\b(?:not|never|no)\b|n['’]t")
_DENIED_SHARE, _CONTRACTED_SHARE = 0.25, 0.7


def is_easy(question: str, passage: str, answers: Sequence[Span]) -> bool:
    """Whether every sentence that shares most words with the question holds an answer. `answers`: in the passage."""
    sentences = _sentences(passage, _SENTENCE_END)
    if len(sentences) < 2:
        return True
    asked = _words(question)
    shares = [len(asked & _words(one.slice(passage))) for one in sentences]
    holds = [any(one.start < span.end and span.start < one.end for span in answers) for one in sentences]
    return all(right for right, share in zip(holds, shares, strict=True) if share == max(shares))


def told_in_other_words(record: dict[str, Any]) -> Span | None:
    """The sentence that says at least half of the words that the answer adds to a question of how, why or what."""
    question, context, answer = record["question"], record["context"], record["abstractive"]
    added = _words(answer) - _words(question)
    if question.split()[0].lower() not in _TOLD_IN_OTHER_WORDS or not added:
        return None
    best = max(_sentences(context, _ANY_END), key=lambda one: len(added & _words(one.slice(context))))
    return best if len(added & _words(best.slice(context))) >= len(added) / 2 else None


def opposite_of(question: str, passage: str, chance: random.Random) -> str | None:
    """The question turned into its opposite, by one word or, for a quarter of those without such a word, by "not".

    None where it has neither, or where the passage might tell of the opposite.
    """
    told = _words(passage)
    there = [one for one in _WORD.finditer(question) if _OPPOSITES.get(one.group(), question) not in {question, *told}]
    if there:
        found = chance.choice(there)
        return question[: found.start()] + _OPPOSITES[found.group()] + question[found.end() :]
    auxiliary = _AUXILIARY.search(question) if chance.random() >= 1 - _DENIED_SHARE else None
    if auxiliary is None or _DENIED.search(f"{question} {passage}"):
        return None
    return _denied(question, auxiliary, chance)


def _denied(question: str, auxiliary: re.Match[str], chance: random.Random) -> str:
    word, after = auxiliary.group(), question[auxiliary.end() :]
    contracts = word == "can" or chance.random() < _CONTRACTED_SHARE
    if contracts or word not in _TAKES_NEVER or _BEFORE_SUBJECT.match(after):
        return question[: auxiliary.start()] + ("can't" if word == "can" else f"{word}n't") + after
    return question[: auxiliary.end()] + " never" + after


def _sentences(text: str, end: re.Pattern[str]) -> list[Span]:
    edges = [0, *(one.end() for one in end.finditer(text)), len(text)]
    return [Span(start, stop) for start, stop in pairwise(edges) if stop > start]


def _words(text: str) -> set[str]:
    return {word for word in map(str.lower, _WORD.findall(text)) if word not in _PASSED_OVER}
