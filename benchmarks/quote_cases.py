"""Quotations whose truth is known, made from articles: word for word, changed, cut and stitched ones."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index import Article
from index.text.chunking import chunk_article

_FEWEST_WORDS, _MOST_WORDS = 8, 45
_FEWEST_LEFT = 5
_BOUND = re.compile(
    r",? (?:but (?:not|never|only|no)|unless|if|provided that|as long as|except|until|although|though|"
    r"but|and (?:did|does|do|has|had|was|were|will|would) not|which (?:is|was|he|she|they) (?:not|den\w+|disput\w+))\b"
)
_DENIED_BEFORE = re.compile(
    r"\b(?:denied|denies|deny|rejected|disputed|no evidence|not true|whether|if) (?:that )?(?:claims? )?"
)
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


@dataclass(frozen=True, slots=True)
class Case:
    """Words to check, and the verdict they deserve."""

    words: str
    verdict: str


def sentences_of(articles: Sequence[Article]) -> list[str]:
    """Return the sentences of articles that are worth quoting: of one line, neither short nor endless, no two alike."""
    found = (
        sentence.slice(article.text)
        for article in articles
        for passage in chunk_article(article)
        for sentence in passage.sentences
    )
    fitting = (one for one in found if "\n" not in one and _FEWEST_WORDS <= len(one.split()) <= _MOST_WORDS)
    return [one for one in dict.fromkeys(fitting) if one[0].isalpha() and not re.search(r"[\"“”„«»‘]", one)]


def make_cases(sentences: Sequence[str], each: int, seed: int) -> list[Case]:
    """Return so many cases of each verdict that is not `not_found`, from sentences that are indexed."""
    chance = random.Random(seed)
    makers: dict[str, Callable[[str], str | None]] = {
        "verbatim": lambda sentence: sentence,
        "altered": lambda sentence: _altered(sentence, sentences, chance),
        "cut": lambda sentence: _cut(sentence, chance),
        "stitched": lambda sentence: _stitched(sentence, chance.choice(sentences), chance),
    }
    return [case for verdict, make in makers.items() for case in _some(sentences, verdict, make, each, chance)]


def _some(
    sentences: Sequence[str], verdict: str, make: Callable[[str], str | None], each: int, chance: random.Random
) -> Iterator[Case]:
    made = 0
    for sentence in chance.sample(sentences, len(sentences)):
        words = make(sentence)
        if words is not None:
            yield Case(words, verdict)
            made += 1
            if made == each:
                return


def _altered(sentence: str, sentences: Sequence[str], chance: random.Random) -> str | None:
    """Return the sentence with one number changed, or one word replaced, left out or put in; not one at its end, for
    that could be cut as well."""
    numbers = list(_NUMBER.finditer(sentence))
    if numbers and chance.random() < 0.5:
        number = chance.choice(numbers)
        digit = str((int(number[0][0]) % 9) + 1)
        return f"{sentence[: number.start()]}{digit}{number[0][1:]}{sentence[number.end() :]}"
    words = sentence.split()
    place = chance.randrange(1, len(words) - 1)
    other = chance.choice(chance.choice(sentences).split()).strip(".,;:!?()")
    if not other.isalpha() or other.lower() in {word.strip(".,;:").lower() for word in words}:
        return None
    way = chance.choice(("replaced", "left out", "put in"))
    if way == "left out" and not words[place].strip(".,;:!?()-–—").isalnum():
        return None
    kept = {"replaced": [other], "left out": [], "put in": [words[place], other]}[way]
    return " ".join([*words[:place], *kept, *words[place + 1 :]])


def _cut(sentence: str, chance: random.Random) -> str | None:
    """Return what stands before a denial or a condition of the sentence, or behind one."""
    bound, before = _BOUND.search(sentence), _DENIED_BEFORE.search(sentence)
    options = []
    if bound is not None and len(sentence[: bound.start()].split()) >= _FEWEST_LEFT:
        options.append(sentence[: bound.start()])
    if before is not None and len(sentence[before.end() :].split()) >= _FEWEST_LEFT:
        options.append(sentence[before.end() :])
    return chance.choice(options) if options else None


def _stitched(sentence: str, other: str, chance: random.Random) -> str | None:
    """Return the beginning of a sentence with the end of another."""
    one, two = sentence.split(), other.split()
    if sentence == other:
        return None
    return " ".join([*one[: chance.randint(6, max(6, len(one) - 2))], *two[-chance.randint(6, max(6, len(two) - 2)) :]])
