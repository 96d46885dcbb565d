"""Revisions of articles whose truth is known: what was quoted moved, stayed, changed, was dropped or written anew."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from index import Article, Span
from index.text.sentences import split_sentences

KINDS: Final = ("moved", "unchanged", "figure", "dropped", "rewritten", "name", "denied")
STANDING: Final = frozenset({"moved", "unchanged"})
"""Kinds after which the quoted words still stand."""
_FIGURE: Final = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_NAME: Final = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_FEWEST_WORDS, _MOST_WORDS = 8, 45
_NEWER: Final = (
    "The paper will report more on this as soon as it is known.",
    "Several readers wrote to the paper about it.",
    "A meeting of the county council will take place next week.",
)
_OTHER_WORDS: Final = {
    "will": "is to", "said": "stated", "told": "informed", "people": "persons", "approved": "gave its consent to",
    "because": "on account", "worked": "were employed", "cost": "amount to", "sell": "part with", "found": "came upon",
    "earned": "brought in", "ordered": "instructed", "need": "require", "expects": "foresees", "used": "taken into use",
    "the": "that", "of": "belonging to", "near": "close to", "was": "had been", "were": "had been", "had": "has",
    "a": "one", "and": "as well as", "in": "within", "to": "so as to", "for": "on behalf of", "on": "upon",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RevisionCase:
    """An article, what is quoted of it, its next revision, and what the quoted words became there; None: nothing."""

    kind: str
    article: Article
    quoted: Span
    revised: Article
    became: str | None


def make_cases(articles: Sequence[Article], each: int, seed: int) -> list[RevisionCase]:
    """Return so many cases of each kind, each of an article of its own, as far as there are articles that fit."""
    chance = random.Random(seed)
    left, cases = list(articles), []
    chance.shuffle(left)
    for kind in KINDS:
        made = 0
        for article in list(left):
            case = _case(kind, article, chance) if made < each else None
            if case is not None:
                left.remove(article)
                cases.append(case)
                made += 1
    return cases


def _case(kind: str, article: Article, chance: random.Random) -> RevisionCase | None:
    paragraphs = [[one.slice(line) for one in split_sentences(line, ())] for line in article.text.split("\n") if line]
    places = [
        (number, place)
        for number, sentences in enumerate(paragraphs)
        for place, sentence in enumerate(sentences)
        if _FEWEST_WORDS <= len(sentence.split()) <= _MOST_WORDS and article.text.count(sentence) == 1
    ]
    chance.shuffle(places)
    for number, place in places:
        sentence = paragraphs[number][place]
        made = _MAKERS[kind](sentence, chance)
        if made is None:
            continue
        start = article.text.index(sentence)
        text = _revised(paragraphs, number, place, made, chance)
        became = None if kind == "dropped" else made
        quoted, revised = Span(start, start + len(sentence)), replace(article, text=text)
        return RevisionCase(kind, article, quoted, revised, became)
    return None


def _revised(
    paragraphs: Sequence[Sequence[str]], number: int, place: int, made: "str | _Elsewhere", chance: random.Random
) -> str:
    """Return the text with what was made of a sentence in its place, or elsewhere, and as editors do, a sentence more
    and another figure in a sentence that was not quoted."""
    changed = [list(sentences) for sentences in paragraphs]
    if isinstance(made, _Elsewhere):
        del changed[number][place]
        elsewhere = [other for other in range(len(changed)) if other != number] or [number]
        changed[chance.choice(elsewhere)].append(str(made))
    elif made:
        changed[number][place] = made
    else:
        del changed[number][place]
    with_figures = [
        (at, spot)
        for at, sentences in enumerate(changed)
        for spot, sentence in enumerate(sentences)
        if sentence != made and _FIGURE.search(sentence)
    ]
    if with_figures:
        at, spot = chance.choice(with_figures)
        changed[at][spot] = _other_figure(changed[at][spot], chance)
    changed[chance.randrange(len(changed))].append(chance.choice(_NEWER))
    return "\n\n".join(" ".join(sentences) for sentences in changed if sentences)


class _Elsewhere(str):
    """A sentence that is put into another paragraph."""

    __slots__ = ()


def _other_figure(sentence: str, chance: random.Random) -> str:
    figure = chance.choice(list(_FIGURE.finditer(sentence)))
    digits = [place for place in range(*figure.span()) if sentence[place].isdigit()]
    place = chance.choice(digits)
    digit = chance.choice([each for each in "123456789" if each != sentence[place]])
    return f"{sentence[:place]}{digit}{sentence[place + 1 :]}"


def _figure(sentence: str, chance: random.Random) -> str | None:
    return _other_figure(sentence, chance) if _FIGURE.search(sentence) else None


def _name(sentence: str, chance: random.Random) -> str | None:
    names = list(_NAME.finditer(sentence))
    if not names:
        return None
    name = chance.choice(names)
    other = "".join(reversed(name[0].lower())).capitalize()
    return f"{sentence[: name.start()]}{other}{sentence[name.end() :]}" if other != name[0] else None


def _unchanged(sentence: str, chance: random.Random) -> str:
    """Return the sentence with other marks and blanks, as systems that publish change them."""
    changes: Sequence[Callable[[str], str]] = (
        lambda words: words,
        lambda words: words.replace("“", '"').replace("”", '"').replace("’", "'"),
        lambda words: words.replace(" ", "  ", 1),
        lambda words: words.replace(", ", " – ", 1),
        lambda words: words.replace(" ", "\u00a0", 2),
    )
    return chance.choice(changes)(sentence)


def _rewritten(sentence: str, chance: random.Random) -> str | None:
    """Return the sentence with many of its small words said otherwise, and some left out."""
    words = sentence[:-1].split(" ")
    said = [_OTHER_WORDS.get(word, word) for word in words]
    kept = [word for word in said if not word.islower() or len(word) > 3 or chance.random() < 0.7]
    made = f"{' '.join(kept)}, as is now known."
    made = made[0].upper() + made[1:]
    return made if sum(one != other for one, other in zip(words, said, strict=True)) > 1 else None


def _denied(sentence: str, chance: random.Random) -> str | None:
    opening = chance.choice(("It is not true that ", "There is no evidence that ", "The county denied that "))
    return f"{opening}{sentence[0].lower()}{sentence[1:]}" if sentence[0] not in "“\"'" else None


_MAKERS: Final[dict[str, Callable[[str, random.Random], str | None]]] = {
    "moved": lambda sentence, _: _Elsewhere(sentence),
    "unchanged": _unchanged,
    "figure": _figure,
    "dropped": lambda *_: "",
    "rewritten": _rewritten,
    "name": _name,
    "denied": _denied,
}


def told_wrongly(case: RevisionCase, told: bool) -> bool:
    """Return whether somebody was told of words that still stand, or nobody of words that do not."""
    return told is (case.kind in STANDING)


def shown(cases: Sequence[RevisionCase]) -> Iterator[str]:
    """Yield a case a kind as text, to be read."""
    for kind in KINDS:
        case = next((one for one in cases if one.kind == kind), None)
        if case is not None:
            yield f"{kind}: {case.quoted.slice(case.article.text)}\n  -> {case.became}"
