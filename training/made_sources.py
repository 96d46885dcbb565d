"""Sources as papers write them, made up and put into clauses: with roles, parties and ages that made-up news lacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from index.attribution.words import QUOTE
from training.clause_grammar import ClauseGrammar

_GIVEN = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph "
    "Jessica Thomas Karen Carlos Nancy Daniel Lisa Matthew Betty Anthony Sandra Mark Ashley Paul Emily Kevin Fatima "
    "Ahmed Wei Priya Rahul Yuki Olga Ivan Angela Marine Jean-Claude François Nikol Kim Narendra Ursula Mette Sanna "
    "Abdel Benjamin Volodymyr"
)
_FAMILY = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Lopez Wilson Anderson Taylor Moore "
    "Jackson Lee Thompson White Harris Clark Lewis Walker Hall Young King Wright Hill Green Baker Nelson Carter "
    "Mitchell Roberts O'Neill McConnell McDonald DeVos Merkel Schmidt Rossi Novak Kowalski Petrov Tanaka Nguyen Chen "
    "Singh Khan Hussein Okafor Mensah Silva Pashinyan Aliyev Fallon Ryan"
)
_ROLES = (
    "President|Prime Minister|Sen.|Rep.|Gov.|Mayor|Judge|Secretary of State|Defense Secretary|Foreign Minister|"
    "House Speaker|Senate Majority Leader|Police Chief|campaign manager|campaign spokesman|spokeswoman|spokesman|"
    "Attorney General|Chancellor|Chief Justice|Commissioner|coach|analyst|Professor|Dr.|Mr.|Ms.|Mrs.|Gen.|Lt.|CEO|"
    "director|Deputy Director|press secretary|Press Secretary|lawyer|activist|economist|senior adviser|running mate|"
    "Vice President|Chairman|Oversight Chairman"
)
_BODIES = (
    "White House|State Department|U.S.|German|French|British|Republican|Democratic|NATO|United Nations|EU|E.U.|"
    "European Council|Justice Department|Pentagon|Harvard|NYPD|FBI|Ukrainian|Armenian|Russian|Texas|Chicago|New York|"
    "former|longtime"
)
_PARTIES = "R-Ky. D-Wis. R-Utah D-N.C. R-S.C. D-Calif. R-Texas"
_NAMELESS = (
    "officials|sources|experts|critics|police|investigators|the report|the company|the ministry|the group|the union|"
    "the campaign|he|she|they|the senator|the mayor|the minister|residents|analysts|a spokesman|a spokeswoman|"
    "the agency|the statement|prosecutors|several witnesses|a senior official|his lawyer|her office|the newspaper|"
    "aides|the president|the judge|one resident|the study|the article"
)
_APPOSITIONS = (
    "a fellow at the institute|a professor of law at Yale|who runs the agency|head of the committee|"
    "a resident of the town|one of several coal industry veterans|chief executive of the firm|"
    "the director of the program|a retired general|who has studied the issue|founder and CEO of the group|"
    "speaking to reporters|citing two officials"
)
_SAID = "said says said said added argued noted claimed wrote insisted explained warned suggested"
_TAILS: tuple[tuple[str, str, str], ...] = (
    (".", "PUNCT", "O"),
    ("Friday .", "PROPN PUNCT", "B O"),
    ("on Monday .", "ADP PROPN PUNCT", "O B O"),
    ("reporters .", "NOUN PUNCT", "B O"),
    ("in a statement .", "ADP DET NOUN PUNCT", "O B I O"),
    ("in an interview with Reuters .", "ADP DET NOUN ADP PROPN PUNCT", "O B I O B O"),
    ("reporters after the meeting .", "NOUN ADP DET NOUN PUNCT", "B O B I O"),
    (", adding that it was over .", "PUNCT VERBVBG SCONJ PRON AUX ADV PUNCT", "O O O B O O O"),
)


@dataclass(frozen=True, slots=True)
class _Source:
    """Words that say who, with their tags (None: not to be learnt), and the place of the head."""

    words: list[str]
    tags: list[str | None]
    chunks: list[str | None]
    head: int

    @property
    def ends_open(self) -> bool:
        return self.words[-1] == ","

    def without_comma(self) -> "_Source":
        if not self.ends_open:
            return self
        return _Source(self.words[:-1], self.tags[:-1], self.chunks[:-1], self.head)


def with_made_source(clause: ClauseGrammar, says: Callable[[str], bool], random: Random) -> ClauseGrammar:
    """Return a clause as it is, with another source, with one put in as an aside, or behind or in front of one. `says`:
    whether a word tells of speech."""
    chance = random.random()
    if chance < 0.4:
        return clause
    if chance < 0.75:
        return _exchanged(clause, says, random)
    if chance < 0.87:
        return _with_aside(clause, random)
    return _behind_source(clause, random) if random.random() < 0.5 else _behind_quotation(random)


def _exchanged(clause: ClauseGrammar, says: Callable[[str], bool], random: Random) -> ClauseGrammar:
    """Return a clause with another source in the place of one."""
    verbs = [
        verb
        for verb, subject in clause.subjects.items()
        if subject >= 0 and says(clause.words[verb]) and clause.words[subject] != QUOTE
    ]
    if not verbs:
        return clause
    verb = random.choice(verbs)
    first = last = clause.subjects[verb]
    while first and clause.chunks[first] == "I":
        first -= 1
    while last + 1 < len(clause.words) and clause.chunks[last + 1] == "I":
        last += 1
    if first <= verb <= last:
        return clause
    source = _source(random)
    following = clause.words[last + 1] if last + 1 < len(clause.words) else ""
    if verb < first and following in (",", "."):
        source = source.without_comma()
    return _spliced(clause, first, last + 1, source if first else _capitalized(source), source.head)


def _spliced(clause: ClauseGrammar, first: int, end: int, source: _Source, head: int) -> ClauseGrammar:
    longer = len(source.words) - (end - first)

    def moved(place: int) -> int:
        if place < first:
            return place
        return first + head if place < end else place + longer

    return ClauseGrammar(
        [*clause.words[:first], *source.words, *clause.words[end:]],
        [*clause.tags[:first], *source.tags, *clause.tags[end:]],
        [*clause.chunks[:first], *source.chunks, *clause.chunks[end:]],
        {moved(verb): moved(subject) for verb, subject in clause.subjects.items()},
    )


def _with_aside(clause: ClauseGrammar, random: Random) -> ClauseGrammar:
    """Return "S, somebody said, did" of "S did"."""
    end = 1
    while end < len(clause.words) and clause.chunks[end] == "I":
        end += 1
    if clause.chunks[:1] != ["B"] or end >= len(clause.words) or clause.tags[end] not in ("VERB", "AUX"):
        return clause
    source = _source(random).without_comma()
    aside = _Source(
        [",", *source.words, random.choice(_SAID.split()), ","],
        ["PUNCT", *source.tags, "VERB", "PUNCT"],
        ["O", *source.chunks, "O", "O"],
        source.head + 1,
    )
    longer = _spliced(clause, end, end, aside, 0)
    said = end + len(aside.words) - 2
    return ClauseGrammar(longer.words, longer.tags, longer.chunks, {**longer.subjects, said: end + aside.head})


def _behind_source(clause: ClauseGrammar, random: Random) -> ClauseGrammar:
    """Return "somebody said that" in front of a clause."""
    source = _capitalized(_source(random))
    is_marked = random.random() < 0.5
    words = [*source.words, random.choice(_SAID.split()), *(["that"] if is_marked else [])]
    shift = len(words)
    first = clause.words[0]
    if clause.tags[0] != "PROPN" and first != QUOTE:
        first = first[0].lower() + first[1:]
    subjects = {verb + shift: place + shift if place >= 0 else -1 for verb, place in clause.subjects.items()}
    return ClauseGrammar(
        [*words, first, *clause.words[1:]],
        [*source.tags, "VERB", *(["SCONJ"] if is_marked else []), *clause.tags],
        [*source.chunks, "O", *(["O"] if is_marked else []), *clause.chunks],
        {**subjects, len(source.words): source.head},
    )


def _behind_quotation(random: Random) -> ClauseGrammar:
    """Return a quotation with who says it behind it, turned round or not, and what follows."""
    source = _source(random)
    tail, tags, chunks = (part.split() for part in random.choice(_TAILS))
    said = "told" if tail[0] == "reporters" else random.choice(_SAID.split())
    if not source.ends_open and random.random() < 0.25:
        words, kinds, marks = [said, *source.words], ["VERB", *source.tags], ["O", *source.chunks]
        verb, head = 2, 3 + source.head
    else:
        words, kinds, marks = [*source.words, said], [*source.tags, "VERB"], [*source.chunks, "O"]
        verb, head = 2 + len(source.words), 2 + source.head
    subjects = {verb: head}
    if "adding" in tail:
        subjects[2 + len(words) + 1] = head
    return ClauseGrammar(
        [QUOTE, ",", *words, *tail], ["X", "PUNCT", *kinds, *tags], ["O", "O", *marks, *chunks], subjects
    )


def _source(random: Random) -> _Source:
    if random.random() < 0.25:
        words = random.choice(_NAMELESS.split("|")).split()
        return _Source(words, _tags_of(words), ["B", *["I"] * (len(words) - 1)], len(words) - 1)
    words, tags = _name(random)
    head = len(words) - 1
    chunks: list[str | None] = ["B", *["I"] * head]
    behind = _behind(random)
    return _Source([*words, *behind.words], [*tags, *behind.tags], [*chunks, *behind.chunks], head)


def _tags_of(words: Sequence[str]) -> list[str | None]:
    """Return the tags of a source without a name."""
    if len(words) == 1:
        return ["PRON" if words[0] in ("he", "she", "they") else "NOUN"]
    opens = "DET" if words[0] in ("the", "a", "one", "his", "her") else "ADJ"
    return [opens, *["ADJ"] * (len(words) - 2), "NOUN"]


def _name(random: Random) -> tuple[list[str], list[str | None]]:
    words: list[str] = []
    if random.random() < 0.35:
        words += random.choice(_BODIES.split("|")).split()
    if random.random() < 0.6:
        words += random.choice(_ROLES.split("|")).split()
    if random.random() < 0.7:
        words.append(random.choice(_GIVEN.split()))
    if random.random() < 0.15:
        words.append(f"{random.choice('ABCDEJMWK')}.")
    words.append(random.choice(_FAMILY.split()))
    tags: list[str | None] = [
        "PROPN" if word[0].isupper() else "ADP" if word == "of" else "ADJ" if word in ("former", "longtime") else "NOUN"
        for word in words
    ]
    return words, tags


def _behind(random: Random) -> _Source:
    """Return what stands behind a name: a party, an age, an apposition, mostly nothing."""
    chance = random.random()
    if chance < 0.12:
        party = random.choice(_PARTIES.split())
        return _Source(["(", party, ")"], ["PUNCT", "PROPN", "PUNCT"], ["O", "B", "O"], 0)
    if chance < 0.26:
        one = random.choice(_PARTIES.split()) if chance < 0.2 else str(random.randint(18, 90))
        tag = "PROPN" if chance < 0.2 else "NUM"
        return _Source([",", one, ","], ["PUNCT", tag, "PUNCT"], ["O", "B", "O"], 0)
    if chance < 0.42:
        words = [",", *random.choice(_APPOSITIONS.split("|")).split(), ","]
        unknown: list[str | None] = [None] * len(words)
        return _Source(words, unknown, unknown, 0)
    return _Source([], [], [], 0)


def _capitalized(source: _Source) -> _Source:
    first = source.words[0]
    return _Source([first[0].upper() + first[1:], *source.words[1:]], source.tags, source.chunks, source.head)
