"""The words by which follow-ups are recognised."""

from index.text.calendar_words import MONTHS, WEEKDAYS

_AUXILIARIES = """
is are was were be been being do does did done has have had having will would can could may might must shall should
"""
_PREPOSITIONS = """
in on at of for from to by with without about against after before during since until under over between near into
within outside inside through across behind
"""
_DETERMINERS = "the a an this that these those his her its their our my your any some"
_INTRODUCE = "the a an this that these those what which some"
_CAPITALISED = """
I A An The This That These Those He She It They We You His Her Its Their Our My Your Who Whom Whose What When Where Why
Which How And But Or So Then Also If In On At Of For From To By With Without About Against After Before During Since
Until Under Over Between Near Is Are Was Were Be Do Does Did Has Have Had Will Would Can Could May Might Must Shall
Should Not No Yes Any Some All Both Each Every Many Much More Most Other Another One Two Three There Here Please Tell
Name Give Show List Describe Explain Mr Mrs Ms Dr OK Thanks
"""
_PREDICATES = """
happen happened happens mean means meant go goes went gone get gets got make makes made take takes took taken use used
become became become comes came come give gave given know known think thought say said tell told call called start
started begin began begin end ended find found win won lose lost die died kill killed live lived leave left help
helped cause caused work worked want wanted need needed try tried feel felt play played show showed exist exists
involve involved join joined release released receive received perform performed write wrote written star starred like
likely good bad best worst well ever still yet else same such able long old much many far often big large high tall
fast deep kind sort type way reason back again
"""

_NAMES_NO_SUBJECT = """
both people asked since latest also whats whos wheres new true really anything something everything thing things please
news article articles story stories report reports summary summarize summarise summed tldr details detail more update
updates headline headlines quote source going happening
"""

AUXILIARIES = frozenset(_AUXILIARIES.split())
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
DETERMINERS = frozenset(_DETERMINERS.split())
INTRODUCE = frozenset(_INTRODUCE.split())
"""Words before a noun that make it known: later it is called "the ..."."""
NOT_NAMES = frozenset(_CAPITALISED.split()).union(MONTHS, WEEKDAYS)
"""Words that have a capital for another reason than being a name."""
PREDICATES = frozenset(_PREDICATES.split())
"""Common words that are no part of what a noun phrase names."""
NAMES_NO_SUBJECT = PREDICATES | PREPOSITIONS | AUXILIARIES | frozenset(_NAMES_NO_SUBJECT.split())
"""Words that do not tell what a message is about."""


def either(words: frozenset[str] | tuple[str, ...]) -> str:
    """Return a pattern for any of these words, the longest first."""
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))
