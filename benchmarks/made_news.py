"""Made-up news with what quotations can lose: numbers, denials, conditions, and people who say something."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from index import Article

_SYLLABLES: Final = (
    "ba be bo bra cal can cor da del do fa fen gar go hal he hin ka kel ko la len lo ma mel mo na nor nu pa per po ra"
    " rel ro sa sel so ta ten to va vel vo wa wen zo"
)
_ROLES: Final = (
    "mayor|headteacher|inspector|union leader|port director|engineer|spokeswoman|minister|fire chief|manager"
)
_WHEN: Final = "on Monday|on Tuesday|last week|in March|in early autumn|after the storm|before the election|overnight"
_TEMPLATES: Final = (
    "The {role} of {town}, {name}, {act} {thing} {when} because of {why}.",
    "{number} people worked at the {thing} of {town} when {name} took it over {when}.",
    "Repairs of the {thing} will cost {money} million euros, {name} told reporters in {town} {when}.",
    "The county will pay {money} million euros for the {thing}, but it will not pay for the {thing2}.",
    "The council of {town} approved the {thing} {when} but did not vote on {why}.",
    "{name} will sell the {thing} to a buyer from {town} unless the county offers {money} million euros.",
    "The {thing} of {town} can be used again {when} if the {role} signs the papers.",
    "{name}, the {role}, said that {number} residents of {town} had signed a letter about {why}.",
    "{name} denied that the {thing} of {town} was closed because of {why}.",
    "There is no evidence that the {thing} near {town} lost {number} visitors to the {thing2}.",
    "“We lost {number} customers to the {thing2} of {town} in a single winter,” said {name}, the {role}.",
    "“Nobody asked us about the {thing},” {name} said {when}, “and nobody paid the {number} euros we were owed.”",
    "Between {year} and {year2} the {thing} of {town} earned {money} million euros a year.",
    "Engineers found {why} at the {thing} of {town}, which had been built in {year} for {number} passengers a day.",
    "A court in {town} ordered {name} to return the {thing} to its {number} owners {when}.",
    "The {role} expects that the {thing} will need {number} new workers as long as {town} keeps growing.",
)  # fmt: skip
_SENTENCES: Final = 14


def made_news(count: int, seed: int) -> Iterator[Article]:
    """Yield so many articles of some 1,700 characters; another `seed` gives others under other ids."""
    chance = random.Random(seed)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(count):
        sentences = [_sentence(chance) for _ in range(_SENTENCES)]
        paragraphs = [" ".join(sentences[at : at + 3]) for at in range(0, _SENTENCES, 3)]
        title = f"The {_word(chance)} of {_word(chance).capitalize()}: report {number}"
        day = first + timedelta(hours=number)
        yield Article(f"news/{seed}/{number}", title, "\n\n".join(paragraphs), "Made News", day)


def _sentence(chance: random.Random) -> str:
    year = chance.randint(1890, 2015)
    words = chance.choice(_TEMPLATES).format(
        role=chance.choice(_ROLES.split("|")),
        when=chance.choice(_WHEN.split("|")),
        town=_word(chance).capitalize(),
        name=f"{_word(chance).capitalize()} {_word(chance).capitalize()}",
        act=f"{_word(chance)}ed the",
        thing=f"{_word(chance)} {_word(chance)}",
        thing2=f"{_word(chance)} {_word(chance)}",
        why=f"the {_word(chance)} of {_word(chance)} {_word(chance)}",
        number=chance.randint(11, 9_999),
        money=f"{chance.randint(1, 99)}.{chance.randint(1, 9)}",
        year=year,
        year2=year + chance.randint(2, 9),
    )
    return words[0].upper() + words[1:]


def _word(chance: random.Random) -> str:
    """Return a word that is none: of real ones there are too few for as many sentences that differ."""
    return "".join(chance.choices(_SYLLABLES.split(), k=chance.randint(2, 3)))
