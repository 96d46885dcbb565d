"""Mentions to people: the full name behind a surname or "the minister", as far as the article lets one be sure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from index.article import Span
from index.attribution.name_runs import BODIES, OPENERS, Run, is_governed, is_role, name_runs, split_title
from index.attribution.word_sets import word_set

_MALE = word_set("mr mr. sir lord king prince father brother spokesman chairman congressman councilman pope")
_FEMALE = word_set(
    """mrs mrs. ms ms. miss dame lady queen princess sister spokeswoman chairwoman congresswoman councilwoman"""
)
_MALE_NAMES = word_set(
    """anton
    james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark
    donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary
    nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank raymond patrick jack
    dennis jerry tyler aaron jose henry adam peter bill bob barack mike mitch bernie ted marco joe jim tom tim jeff
    steve tony boris emmanuel vladimir recep nikol ilham volodymyr xi narendra jair mohammed muhammad ahmed ali
    hassan hussein ivan sergei dmitry viktor pavel carlos juan luis pedro jorge miguel antonio giuseppe matteo mario
    hans klaus jens lars erik anders kim chris nick dan sam ben matt greg josh jesse rudy newt harry alan simon ian
    neil emil igor oleg yuri alexei nikolai andrei mikhail stefan markus jurgen heinrich otto felix max leo oscar
    hugo felipe diego rafael andres fernando alejandro ricardo roberto francesco luca paolo giovanni pierre jean
    jacques michel philippe henri louis omar khalid ibrahim mustafa yusuf abdul rahul sanjay amit raj vikram arjun
    wei jian hiroshi kenji takashi min-jun kofi kwame emeka sven nils bjorn erkki arvo pavlo taras bogdan marek
    piotr jan tomas petr janos istvan gabor dag ephraim graeme tobias lukas jonas walter arthur albert ernest
    frederick gerald roger keith craig derek duncan ewan gavin hamish angus rory sean liam connor owen rhys"""
)
_FEMALE_NAMES = word_set(
    """mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley
    kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura helen sharon cynthia kathleen
    amy angela shirley anna ruth brenda pamela nicole katherine virginia catherine christine samantha debra janet
    rachel carolyn emma maria heather diane julie joyce victoria kelly christina joan evelyn lauren judith olivia
    hillary kellyanne nikki condoleezza theresa ursula marine mette sanna jacinda olga elena natalia svetlana fatima
    aisha priya ivanka melania chelsea huma jill ann anne alice jane kate claire sophie charlotte grace lucy nadia
    leila yasmin amina zainab noor sana anjali deepa kavita sunita mei ling yuko akiko keiko ingrid astrid annika
    greta heidi ursel petra sabine monika katarzyna agnieszka zofia irina tatiana ludmila oksana yulia daria sofia
    lucia carmen rosa pilar dolores beatriz gabriela valentina camila isabel ines chiara giulia francesca paola
    amelie elodie brigitte odile ngozi chiamaka wanjiru akosua marta eva hana tereza zsuzsa ilona rosanna renata
    ladina delphine loredana gwen hedvika marisol beatrix tamsin perla celia fiona moira siobhan bronwyn phoebe
    harriet edith agnes doris irene gloria norma"""
)
_HE, _SHE = frozenset(("he", "him", "his")), frozenset(("she", "her"))
_THEY, _IT = frozenset(("they", "them", "their")), frozenset(("it", "its"))
PRONOUNS = (
    _HE | _SHE | _THEY | _IT | word_set("i we you who whom which that this those these one both all some many others")
)
_OFFICES = {
    "sen.": "senator",
    "sens.": "senator",
    "rep.": "congressman",
    "gov.": "governor",
    "gen.": "general",
    "prof.": "professor",
    "dr.": "doctor",
    "lt.": "lieutenant",
    "sgt.": "sergeant",
    "capt.": "captain",
}
_LOWER = re.compile(r"\b[a-z][a-z'’-]+")
_MOST_NAMESAKES = 20
_MOST_WORDS = 5
_OWNING = ("'s", "’s")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said something: a name in full, or words that describe who. `role`: what the article calls them."""

    name: str
    role: str | None
    is_named: bool


def is_given_name(word: str) -> bool:
    """Return whether a word is one of the given names that are known."""
    return word.lower() in _MALE_NAMES or word.lower() in _FEMALE_NAMES


def _is_headline(words: Sequence[str]) -> bool:
    """Return whether words are all in capitals, as links and headings are: "OIL FROM RUSSIA" is nobody."""
    return len(words) > 1 and all(word.isupper() and len(word) > 1 for word in words)


@dataclass(slots=True)
class _Person:
    """Somebody, or some body, whom the article names."""

    name: str
    roles: list[str] = field(default_factory=list)
    offices: set[str] = field(default_factory=set)
    gender: str = ""
    is_personal: bool = False
    is_local: bool = False


class Cast:
    """The people of one article."""

    def __init__(self, text: str, stretches: Iterable[Span]) -> None:
        """`stretches`: what of the text to read names in, in order."""
        self._people: dict[str, _Person] = {}
        self._by_last: dict[str, list[_Person]] = defaultdict(list)
        runs = [(run, *split_title(run.span.slice(text))) for stretch in stretches for run in name_runs(text, stretch)]
        self._bare = {
            name.split()[-1] for run, _, name in runs if name and text[run.span.end - 2 : run.span.end] not in _OWNING
        }
        """Last words of names that also stand without "'s"."""
        uncapitalized = set(_LOWER.findall(text))
        for run, title, name in runs:
            if not run.opens or name.lower() not in uncapitalized:
                self._learn(run, title, name)
        subjects = (
            (run.span.start, self._lookup(title, name)) for run, title, name in runs if name and not run.is_governed
        )
        self.places = [(start, person.name) for start, person in subjects if person is not None]
        """Where people and others are named, other than behind prepositions, in order."""

    def _learn(self, run: Run, title: str, name: str) -> None:
        """Note a name in full, or a single word that is surely a name."""
        words = name.split()
        if not words or len(words) > _MOST_WORDS or words[0].lower() in OPENERS or _is_headline(words):
            return
        person = self._people.get(name)
        if person is None:
            person = self._people[name] = _Person(name)
            if len(words) > 1:
                self._by_last[words[-1].casefold()].append(person)
        person.is_personal |= run.is_personal
        person.is_local |= run.is_local
        self._note(person, title)

    def _note(self, person: _Person, title: str) -> None:
        words = title.lower().split()
        first = person.name.split()[0].lower()
        given = "m" if first in _MALE_NAMES else "f" if first in _FEMALE_NAMES else ""
        is_body = person.name.split()[-1].lower() in BODIES
        called = "m" if _MALE & set(words) else "f" if _FEMALE & set(words) else ""
        person.gender = person.gender or called or ("" if is_body else given)
        person.is_personal |= bool(person.gender or title) and not is_body
        person.offices |= {_OFFICES.get(word, word) for word in words}
        if title not in person.roles and not set(words) <= _MALE | _FEMALE and is_role(title):
            person.roles.append(title)

    def named(self, mention: str) -> Speaker | None:
        """Return who a mention by name means; None where it holds no name."""
        title, name = split_title(mention)
        if not name or is_governed(title) or _is_headline(name.split()):
            return None
        person = self._lookup(title, name)
        if person is None:
            person = self._people[name] = _Person(name)
        self._note(person, title)
        speaker = self.speaker_of(person.name)
        if mention.endswith(_OWNING) and name.split()[-1] not in self._bare:
            return replace(speaker, name=speaker.name + mention[-2:])  # McDonald's
        return speaker

    def _lookup(self, title: str, name: str) -> _Person | None:
        words = name.split()
        candidates = self._by_last.get(words[-1].casefold(), [])
        if len(words) > 1:
            if name in self._people:
                return self._people[name]
            candidates = [one for one in candidates[:_MOST_NAMESAKES] if set(words) <= set(one.name.split())]
        called = set(title.lower().split())
        unfit = "f" if called & _MALE else "m" if called & _FEMALE else "-"
        candidates = [one for one in candidates[:_MOST_NAMESAKES] if one.gender != unfit]
        return candidates[0] if len(candidates) == 1 else self._people.get(name)

    def gender_of(self, name: str) -> str:
        """Return "m", "f" or "" for whom nothing tells."""
        person = self._people.get(name)
        return person.gender if person is not None else ""

    def is_person(self, name: str) -> bool:
        """Return whether a title, a role, an age or a given name shows that a person is meant."""
        person = self._people.get(name)
        return person is not None and person.is_personal

    def is_body(self, name: str) -> bool:
        """Return whether a name is most likely no person's: a body's, a place's, or that of many."""
        person = self._people.get(name)
        is_plural = name.endswith("s") and name[:-1] in self._people
        is_local = person is not None and person.is_local and not person.is_personal
        return is_local or is_plural or (name.isupper() and len(name) > 1) or name.split()[-1].lower() in BODIES

    def speaker_of(self, name: str) -> Speaker:
        """Return somebody of whom `places` tells."""
        return Speaker(name, max(self._people[name].roles, key=len, default=None), True)

    def holder_of(self, description: str) -> Speaker | None:
        """Return the one person of the article whom a description by office fits, as "the senator" does."""
        words = description.lower().split()
        fitting = {words[-1], *words[1:-1]}
        found = [one for one in self._people.values() if fitting <= one.offices]
        return self.speaker_of(found[0].name) if len(found) == 1 else None
