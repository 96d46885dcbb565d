"""Names as they stand in a text: runs of capitalised words, and what of a run is an office rather than a name."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.article import Span
from index.attribution.word_sets import word_set
from index.text.terms import ACCENTS

TITLES = word_set(
    """mr mr. mrs mrs. ms ms. mx mx. dr dr. sen sen. sens. rep rep. reps. gov gov. gen gen. lt lt. col col. sgt sgt.
    capt capt. maj maj. adm adm. cpl cpl. rev rev. hon hon. prof prof. sir dame lord lady king queen prince princess
    pope president vice prime minister chancellor senator representative congressman congresswoman governor mayor
    judge justice secretary speaker chairman chairwoman chair chairperson director deputy commissioner ambassador
    general colonel captain major sergeant lieutenant admiral chief officer detective inspector superintendent
    constable attorney professor doctor spokesman spokeswoman spokesperson manager adviser advisor analyst coach
    sheriff councilman councilwoman councillor councilor leader premier sultan emir sheikh ayatollah imam bishop
    archbishop cardinal father sister brother reverend pastor rabbi ceo cfo editor author lawyer activist economist
    candidate nominee republican democrat democratic labour conservative acting former interim oversight majority
    minority executive founder head envoy counsel counselor strategist treasurer foreign defense defence interior
    finance press campaign police fire state senate house"""
)
"""Words in front of a name that belong to no name."""
BODIES = word_set(
    """department committee office council ministry party board commission association union agency service services
    bureau court times post news university house campaign institute center centre group company corp inc
    administration government parliament congress senate journal press authority police force forces army navy bank
    fund weekly daily tribune herald gazette guardian telegraph review magazine radio television tv channel republic
    kingdom union states state city county town village island islands sea river street road avenue airport hospital
    school college church park bridge hotel lake mountain museum stadium dakota carolina zealand coast valley port
    bay square palace tower station ltd llc plc gmbh airlines bank foods systems technologies partners holdings
    organization organisation foundation federation society league club network"""
)
"""Last words of names of bodies, in which a word like "police" is no title."""
_KIN = word_set(
    """wife husband widow partner son daughter mother father brother sister cousin uncle aunt friend champion star
    legend veteran guru victim survivor resident student guest host captain attendee nominee laureate"""
)
_JOINERS = word_set("of de da di du van von der den la le el al bin ibn y e del dos ten ter")
_BELONGING = frozenset(("of", "for", "at", "in", "from"))
_LETTERS = rf"[^\W\d_][\w{ACCENTS}]*"
_RUN = re.compile(rf"(?:[^\W\d_]\.)+(?=\s[^\W\d_])|{_LETTERS}(?:[-.'’&]{_LETTERS})*\.?(?:['’]s\b)?")
_ABBREVIATED = re.compile(
    r"(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|Jr|Sr|St|[MD]rs?|Ms|Mx|Sens?|Reps?|Govs?|Gen|Prof|Lt|Col|Sgt|Capt|Maj|Adm|Rev|Hon)\."
)
_NO_NAMES = word_set(
    """in on at after before but for from by with when while if as and or so yet since until under over among between
    against during despite although though because however meanwhile according asked what why how who where whose
    there then now later earlier both neither either not no yes even only still some many most all one two three
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december today yesterday tomorrow another other others each every few several"""
)
"""Words that a sentence may begin with, or a day, which are no part of a name."""
OPENERS = word_set("the a an this that these those his her their its our my")
_ROLE_WORD = re.compile(
    r"(?<![a-z-])(?!(?:her|for|nor|per|or|over|ever|never|under|after|other|another|rather|either|neither|whether|"
    r"together|however|former|later|earlier|older|younger|higher|lower|larger|smaller|bigger|greater|longer|better|"
    r"closer|order|number|water|river|power|border|center|centre|major|minor|prior|super|near|list|against|most|least|"
    r"best|worst|latest) )[a-z-]+(?:er|or|ist|man|woman|ian|person|chief|head|coach|judge|boss|aide|guard)s? $"
)
_AGE = re.compile(r",? (?:aged )?\d\d\b(?=[,.;)]| and| who| said)")
_PREPOSITIONS = r"\b(in|at|of|from|to|for|with|by|on|near|against|about|over|under|into|via|than|like|until|since)"
_GOVERNED = re.compile(_PREPOSITIONS + r"(?: the)? $", re.IGNORECASE)
_IS_GOVERNING = re.compile(_PREPOSITIONS + "(?: the)?$", re.IGNORECASE)
_ENDS = ".!?:;\n"


class Run(NamedTuple):
    """A run of capitalised words. `opens`: it begins a sentence, so that its first word may be no name.

    `is_personal`: an age behind it or a role in front of it shows that a person is meant. `is_governed`: a preposition
    stands in front of it, so it is no subject; `is_local`: one of places.
    """

    span: Span
    opens: bool
    is_personal: bool
    is_governed: bool
    is_local: bool


def name_runs(text: str, stretch: Span) -> Iterator[Run]:
    """Yield the runs of capitalised words, in order; they may have a small word like "de" between them."""
    start = end = upto = -1
    for match in _RUN.finditer(text, stretch.start, stretch.end):
        word = match.group()
        adjoins = start >= 0 and text[upto : match.start()] in (" ", "\u00a0")
        is_name = word[0].isupper() and not (start < 0 and word.lower() in _NO_NAMES)
        if start >= 0 and not (adjoins and (is_name or word in _JOINERS)):
            yield _run(text, start, end)
            start = -1
        if not is_name:
            upto = match.end()
            continue
        start = match.start() if start < 0 else start
        end = upto = match.end()
        is_last = word.endswith(("'s", "’s")) or (word.endswith(".") and not _ABBREVIATED.fullmatch(word))
        if is_last:
            yield _run(text, start, end - (word[-1] == "."))
            start = -1
    if start >= 0:
        yield _run(text, start, end)


def _run(text: str, start: int, end: int) -> Run:
    before = text[max(0, start - 6) : start].rstrip(" \u00a0“”\"'‘(")
    is_personal = bool(_ROLE_WORD.search(text[max(0, start - 20) : start]) or _AGE.match(text, end))
    governing = _GOVERNED.search(text[max(0, start - 12) : start])
    is_local = governing is not None and governing.group(1).lower() in ("in", "at", "near", "into")
    return Run(Span(start, end), not before or before[-1] in _ENDS, is_personal, governing is not None, is_local)


@lru_cache(10_000)
def split_title(words: str) -> tuple[str, str]:
    """Return what a mention says of somebody's office, and the name; one or the other may be empty.

    "White House spokesman Josh Earnest" is ("White House spokesman", "Josh Earnest"), "the senator" ("", "").
    """
    parts = _parts(words)
    if parts and parts[-1].lower() in BODIES and _is_capital(parts[-1]):
        first = next(at for at, part in enumerate(parts) if _is_capital(part))
        return "", " ".join(parts[first:])
    first = _first_of_name(parts)
    if first > 1 and parts[first - 1] in _BELONGING and parts[first - 2][0].islower():
        return " ".join(_without_article(parts)), ""  # "the health secretary of Pedra Lisa"
    run = parts[first:]
    cut = max((at + 1 for at, word in enumerate(run[:-1]) if word.lower() in TITLES), default=0)
    if run and run[-1].lower().rstrip(".") in TITLES and (cut or len(run) == 1):
        return " ".join(_without_article(parts)), ""
    name = run[cut:]
    if not cut and len(run) > 1 and run[0].lower() in OPENERS and run[0] != "The":
        name = run[1:]
    return " ".join([*_without_article(parts[:first]), *run[:cut]]), " ".join(name)


def is_governed(title: str) -> bool:
    """Return whether the words in front of a name end with a preposition: then nobody of that name speaks."""
    return bool(_IS_GOVERNING.search(title))


def is_role(title: str) -> bool:
    """Return whether the words in front of a name say what somebody is, rather than, say, where the name stands."""
    last = title.lower().split()[-1:]
    return bool(last) and (last[0].removeprefix("ex-") in TITLES | _KIN or bool(_ROLE_WORD.search(f"{last[0]} ")))


def _parts(words: str) -> list[str]:
    plain = re.sub(r"\([^)]*\)?", " ", words).replace("”", " ").replace('"', " ")
    parts = plain.split()
    while parts and parts[-1].strip(",.;:'’").lower() in ("", "s"):
        parts.pop()
    return [re.sub(r"(?:['’]s?|,)$", "", part) for part in parts]


def _first_of_name(parts: Sequence[str]) -> int:
    """Return where the capitalised words begin with which a mention ends."""
    first = len(parts)
    while first and (
        _is_capital(parts[first - 1])
        or (1 < first < len(parts) and parts[first - 1] in _JOINERS and _is_capital(parts[first - 2]))
    ):
        first -= 1
    while first < len(parts) and parts[first].lower() in _NO_NAMES:
        first += 1
    return first


def _without_article(parts: Sequence[str]) -> list[str]:
    return list(parts[1:]) if parts and parts[0].lower() in OPENERS else list(parts)


def _is_capital(word: str) -> bool:
    return word[:1].isupper()
