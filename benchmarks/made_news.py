"""Made-up news with what quotations can lose: numbers, denials, conditions, and people who say something."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from index import Article

_CHOICES: Final = {
    "given": "Ada|Tom|Maria|Piotr|Jana|Karel|Petr|Eva|Nora|Jonas|Lena|Omar|Ines|Hugo|Mira|Pavel|Ruth|Leon|Vera|Emil",
    "family": "Brook|Reed|Osei|Brandt|Novotna|Dusek|Malik|Kralova|Vale|Frost|Lindqvist|Moreau|Okafor|Tanaka|Silva"
    "|Hartmann|Kovacs|Berg|Castel|Doyle|Engel|Farkas|Grant|Hale|Ivanov|Jansen|Keller|Lowe|Marek|Nolan",
    "role": "mayor|headteacher|chief inspector|union leader|port director|county engineer|company spokeswoman"
    "|finance minister|museum director|fire chief|hospital manager|council leader",
    "town": "Marlow|Aldmoor|Fenwick|Brno|Harwick|Tolby|Sandvik|Ostend|Lerida|Kesten|Dunmore|Vallorbe|Radom|Ilkley"
    "|Porvoo|Samara|Tarnow|Calder|Mostar|Ennis",
    "thing": "bridge|ferry terminal|tram line|school kitchen|library roof|power station|fish market|swimming hall"
    "|wind park|water works|bus depot|town museum|railway tunnel|cattle market|harbour crane|night train|flood wall",
    "act": "closed the|opened the|sold the|repaired the|inspected the|rebuilt the|bought the|handed over the"
    "|paid for the|moved the|tested the|shut down the",
    "when": "on Monday|on Tuesday|last week|in March|in early autumn|after the storm|before the election|overnight",
    "why": "a crack in the foundations|a rise in fuel prices|a lack of trained drivers|a ruling of the county court"
    "|the loss of two contracts|complaints from parents|a report on fire safety|the wettest summer in decades"
    "|a strike of the crews|an error in the accounts",
}
_OPTIONS: Final = {name: words.split("|") for name, words in _CHOICES.items()}
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
        title = f"The {chance.choice(_OPTIONS['thing'])} of {chance.choice(_OPTIONS['town'])}: report {number}"
        day = first + timedelta(hours=number)
        yield Article(f"news/{seed}/{number}", title, "\n\n".join(paragraphs), "Made News", day)


def _sentence(chance: random.Random) -> str:
    chosen = {name: chance.choice(options) for name, options in _OPTIONS.items()}
    year = chance.randint(1890, 2015)
    words = chance.choice(_TEMPLATES).format(
        **chosen,
        name=f"{chosen['given']} {chosen['family']}",
        thing2=chance.choice(_OPTIONS["thing"]),
        number=chance.randint(11, 9_999),
        money=f"{chance.randint(1, 99)}.{chance.randint(1, 9)}",
        year=year,
        year2=year + chance.randint(2, 9),
    )
    return words[0].upper() + words[1:]
