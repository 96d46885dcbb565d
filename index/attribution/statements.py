"""Statements of an article: what each clause tells was said, and whose the quotations are that no clause tells of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.article import Span
from index.attribution.contents import ENDS, Bounds, contents_of
from index.attribution.cues import CueKind
from index.attribution.parsing import Parse
from index.attribution.quotations import Quotation
from index.attribution.sources import Cue, cues_of
from index.attribution.word_sets import word_set
from index.attribution.words import Clause, Paragraph

_NAME = r"[^\W\d_][\w.'’-]*"
_NAME_LINE = re.compile(rf"[\"“”]?((?:{_NAME}[ \t]+){{0,4}}{_NAME}):[ \t]+(?=\S)")
_SIGNED = re.compile(rf"\s{{0,3}}[―—–-]{{1,2}}\s{{0,2}}({_NAME}(?:[^\S\n]{_NAME}){{0,4}}[^\S\n]?)(?=[\n,.(]|\Z)")
_NOT_NESTED = word_set("i we you me us everyone everybody anybody anyone people it he she they one nobody")
"""Subjects of whom nothing is reported inside a quotation: it cannot be told who they are."""
_MIN_WORDS = 2
_MIN_LINE_CHARS = 12
_LEAST_NAME_CHARS = 2
_LINE_CERTAINTY = 0.9
_SIGNED_CERTAINTY = 0.9


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says. `mention` are the words that say who, `cue` those that say so.

    `certainty`: of the mention being the right one, in [0, 1]. `is_proper`: the mention holds a name. `clause`: the
    number of the clause.
    """

    span: Span
    is_direct: bool
    kind: CueKind
    mention: Span | None
    cue: Span | None
    certainty: float
    clause: int
    is_proper: bool = True


@dataclass(frozen=True, slots=True)
class _Voice:
    """Who spoke last, for quotations that go on without saying so."""

    mention: Span
    cue: Span | None
    certainty: float
    paragraph: int
    is_direct: bool
    is_proper: bool


def find_statements(
    text: str, paragraphs: Sequence[Paragraph], clauses: Sequence[Clause], parses: Sequence[Parse | None]
) -> list[Statement]:
    """Return the statements of an article, in no order; a clause without a parse tells of none."""
    taken: dict[Span, Statement] = {}
    cues = [
        list(cues_of(clause.words, parse)) if parse is not None else []
        for clause, parse in zip(clauses, parses, strict=True)
    ]
    reported = [
        statement
        for number, (clause, parse) in enumerate(zip(clauses, parses, strict=True))
        if parse is not None
        for statement in _of_clause(number, clause, parse, cues[number], taken)
    ]
    lines = _lines(text, paragraphs, clauses)
    return [*reported, *lines, *_Quotations(text, clauses, cues, taken).statements()]


def _of_clause(
    number: int, clause: Clause, parse: Parse, cues: Sequence[Cue], taken: dict[Span, Statement]
) -> Iterator[Statement]:
    """Yield what a clause reports; whose its quotations are is entered in `taken`."""
    words = clause.words
    for cue, following in zip(cues, [*cues[1:], None], strict=False):
        if clause.is_quoted and (cue.kind is not CueKind.SPEECH or words[cue.last].text.lower() in _NOT_NESTED):
            continue
        for first, last in contents_of(words, parse, cue, following):
            _take(number, clause, (first, last), cue, taken)
            unquoted = [at for at in range(first, last + 1) if at not in clause.quotations]
            if sum(words[at].text not in ENDS for at in unquoted) >= _MIN_WORDS:
                yield _statement(Span(words[first].start, words[last].end), False, number, clause, cue)


def _take(number: int, clause: Clause, bounds: Bounds, cue: Cue, taken: dict[Span, Statement]) -> None:
    """Enter whose the quotations among some words are; what was said goes before what was thought, the surer first."""
    for at in range(bounds[0], bounds[1] + 1):
        if at not in clause.quotations:
            continue
        statement = _statement(clause.quotations[at].span, True, number, clause, cue)
        known = taken.get(statement.span)
        is_better = known is None or _weight(statement) > _weight(known)
        if is_better:
            taken[statement.span] = statement


def _weight(statement: Statement) -> tuple[bool, float]:
    return statement.kind is CueKind.SPEECH, statement.certainty


def _statement(span: Span, is_direct: bool, number: int, clause: Clause, cue: Cue) -> Statement:
    mention, mark = _spans_of(clause, cue)
    return Statement(span, is_direct, cue.kind, mention, mark, cue.certainty, number, cue.is_proper)


def _spans_of(clause: Clause, cue: Cue) -> tuple[Span, Span]:
    words = clause.words
    return Span(words[cue.first].start, words[cue.last].end), Span(words[cue.at].start, words[cue.at].end)


def _lines(text: str, paragraphs: Sequence[Paragraph], clauses: Sequence[Clause]) -> Iterator[Statement]:
    """Yield the paragraphs that begin with a name and a colon, where the article has that name elsewhere, too.

    What it has in small letters is no name: "Position:" begins a line of a table.
    """
    first_clauses: dict[int, int] = {}
    for number, clause in enumerate(clauses):
        first_clauses.setdefault(clause.paragraph, number)
    words = _WordsElsewhere(text)
    for number, paragraph in enumerate(paragraphs):
        match = _NAME_LINE.match(text, paragraph.span.start, paragraph.span.end)
        if match is None or not _is_name(match.group(1)) or paragraph.span.end - match.end() < _MIN_LINE_CHARS:
            continue
        if words.has_name(re.findall(r"\w+", match.group(1))[-1]):
            said, mention = Span(match.end(), paragraph.span.end), Span(match.start(1), match.end(1))
            first = first_clauses.get(number, 0)
            yield Statement(said, False, CueKind.SPEECH, mention, None, _LINE_CERTAINTY, first)


class _WordsElsewhere:
    """The words of a text, and those that stand otherwise than in front of a colon. They are gathered once, if at all:
    a text may have a name in front of each of its lines."""

    def __init__(self, text: str) -> None:
        self._text = text

    def has_name(self, word: str) -> bool:
        """Return whether the text has a word as a name, other than in front of a colon, and never in small letters."""
        if len(word) < _LEAST_NAME_CHARS or word.lower() in self._all:
            return False
        return word in self._not_before_colons or word.capitalize() in self._not_before_colons

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", self._text))

    @cached_property
    def _not_before_colons(self) -> frozenset[str]:
        return frozenset(re.findall(r"\b\w++(?!:)", self._text))


def _is_name(words: str) -> bool:
    return all(word[0].isupper() for word in words.split())


class _Quotations:
    """Says whose the quotations of an article are: told by a clause, or going on from what was said before."""

    def __init__(
        self, text: str, clauses: Sequence[Clause], cues: Sequence[Sequence[Cue]], taken: dict[Span, Statement]
    ) -> None:
        self._text = text
        self._clauses = clauses
        self._cues = cues
        self._taken = taken
        self._voice: _Voice | None = None
        self._runs_on = False
        """The last quotation before was not closed."""
        self._is_announced = False
        """The clause before ended with a colon."""

    def statements(self) -> Iterator[Statement]:
        """Yield a statement for each quotation, in order."""
        for number, clause in enumerate(self._clauses):
            if not clause.is_quoted:
                for quotation in clause.quotations.values():
                    yield self._of_quotation(number, clause, quotation)
                self._hear(clause, self._cues[number])

    def _of_quotation(self, number: int, clause: Clause, quotation: Quotation) -> Statement:
        statement = self._taken.get(quotation.span) or self._signed(number, quotation)
        if statement is None:
            statement = self._continued(number, clause, quotation)
        if statement.mention is not None:
            self._voice = _Voice(
                statement.mention, statement.cue, statement.certainty, clause.paragraph, True, statement.is_proper
            )
        self._runs_on = quotation.is_open
        return statement

    def _hear(self, clause: Clause, cues: Sequence[Cue]) -> None:
        """Note who speaks in a clause."""
        ends_open = clause.words[-1].text == ":"
        spoken = [cue for cue in cues if cue.kind is CueKind.SPEECH]
        if spoken and (not clause.quotations or ends_open):
            mention, mark = _spans_of(clause, spoken[-1])
            is_direct = bool(clause.quotations)
            self._voice = _Voice(mention, mark, spoken[-1].certainty, clause.paragraph, is_direct, spoken[-1].is_proper)
        self._is_announced = ends_open and self._voice is not None and self._voice.paragraph == clause.paragraph
        self._runs_on = self._runs_on and bool(clause.quotations)

    def _signed(self, number: int, quotation: Quotation) -> Statement | None:
        """Return the statement of a quotation with a dash and a name behind it."""
        signed = _SIGNED.match(self._text, quotation.span.end)
        if signed is None or not _is_name(signed.group(1)):
            return None
        name = signed.group(1).rstrip(" .\t\xa0")
        mention = Span(signed.start(1), signed.start(1) + len(name))
        return Statement(quotation.span, True, CueKind.SPEECH, mention, None, _SIGNED_CERTAINTY, number)

    def _continued(self, number: int, clause: Clause, quotation: Quotation) -> Statement:
        voice, certainty = self._voice, self._certainty(clause)
        if voice is None or not certainty:
            return Statement(quotation.span, True, CueKind.SPEECH, None, None, 0.0, number)
        certainty *= voice.certainty
        is_proper = voice.is_proper
        return Statement(quotation.span, True, CueKind.SPEECH, voice.mention, voice.cue, certainty, number, is_proper)

    def _certainty(self, clause: Clause) -> float:
        """Return how sure it is that a quotation goes on from what was said last."""
        voice = self._voice
        if voice is None:
            return 0.0
        words = enumerate(clause.words)
        is_alone = all(at in clause.quotations or word.text in ENDS for at, word in words)
        is_same = voice.paragraph == clause.paragraph
        is_next = clause.paragraph == voice.paragraph + 1
        if self._is_announced or (self._runs_on and is_next) or (is_same and is_alone and voice.is_direct):
            return 0.95
        if is_same and is_alone:
            return 0.8
        return 0.6 if (is_same and voice.is_direct) or (is_next and is_alone) else 0.0
