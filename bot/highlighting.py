"""Which words of a quoted sentence answer: a name, time, place or number, else the words the question lacks."""

import math
import re
from collections.abc import Sequence

from bot.questions import candidates, kind_of
from index import Span
from index.terms import STOP_WORDS, terms_of, words_of

_WORD = re.compile(r"[^\W_](?:[\w.,’'-]*[\w%])?")
_CLAUSE_END = re.compile(r"[,;:–—“”\"()]|\s-\s")


def short_answer(question: str, text: str, sentence: Span) -> Span | None:
    """The name, time, place or number in `sentence` nearest to the question's words; None if it asks for none."""
    words = sentence.slice(text)
    spans = candidates(kind_of(question), question, words)
    if not spans:
        return None
    _, best = nearest_to_terms(spans, words, question)
    return _moved(best, sentence.start)


def nearest_to_terms(spans: Sequence[Span], words: str, question: str) -> tuple[float, Span]:
    """The one of at least one span that is nearest to what the question names in `words`, and how near it is.

    The distance is the mean of the characters to the nearest three places, because one alone is often chance; it is
    endless where there is none. Ties go to the earlier span.
    """
    places = _places_of(question, words)
    return min((_distance(span, places), span) for span in spans)


def highlight(question: str, text: str, sentence: Span) -> tuple[Span, ...]:
    """The words of `sentence` that answer, never none: the short answer, or the longest run of new words."""
    answer = short_answer(question, text, sentence)
    if answer is not None:
        return (answer,)
    words = sentence.slice(text)
    run = _longest_new_run(question, words)
    return (_moved(run, sentence.start) if run else sentence,)


def _places_of(question: str, words: str) -> list[int]:
    asked = frozenset(terms_of(question))
    return [match.start() for match in _WORD.finditer(words) if asked.intersection(terms_of(match.group()))]


def _distance(span: Span, places: list[int]) -> float:
    gaps = sorted(max(span.start - place, place - span.end, 0) for place in places)[:3]
    return sum(gaps) / len(gaps) if gaps else math.inf


def _longest_new_run(question: str, words: str) -> Span | None:
    asked = frozenset(terms_of(question))
    runs: list[list[re.Match[str]]] = [[]]
    end = 0
    for match in _WORD.finditer(words):
        broken = bool(_CLAUSE_END.search(words, end, match.start())) and len(runs[-1]) > 3
        if broken or asked.intersection(terms_of(match.group())):
            runs.append([])
        if not asked.intersection(terms_of(match.group())):
            runs[-1].append(match)
        end = match.end()
    trimmed = [run for run in map(_trim, runs) if run]
    if not trimmed:
        return None
    best = max(trimmed, key=lambda run: (sum(len(terms_of(match.group())) for match in run), -run[0].start()))
    return Span(best[0].start(), best[-1].end())


def _trim(run: list[re.Match[str]]) -> list[re.Match[str]]:
    while run and _is_stop_word(run[0]):
        run = run[1:]
    while run and _is_stop_word(run[-1]):
        run = run[:-1]
    return run


def _is_stop_word(match: re.Match[str]) -> bool:
    return all(word in STOP_WORDS for word in words_of(match.group()))


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
