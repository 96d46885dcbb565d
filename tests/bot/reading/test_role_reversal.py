"""A sentence that states a relation the other way round than it was asked about is no answer."""

import pytest

from bot.reading.role_reversal import Relation, relations_in, says_the_reverse

_ASKED = "And what does Armenia accuse Azerbaijan of?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Did France beat Spain?", {Relation("France", "beat", "Spain")}),
        ("Was Spain beaten at home?", set()),
        ("Spain was thanked by the Red Cross.", {Relation("Cross", "thank", "Spain")}),
        ("President Ilham Aliyev later called Nikol Pashinyan.", {Relation("Aliyev", "call", "Pashin")}),
        ("Kia and Hyundai recalled cars.", set()),
        ("Biden met Xi in Bali.", set()),
    ],
    ids=["active", "no second name", "passive", "people", "a list", "both do it"],
)
def test_relations_are_found_between_names(text: str, expected: set[Relation]) -> None:
    assert relations_in(text) == expected


@pytest.mark.parametrize(
    ("sentence", "reverse"),
    [
        ("Azerbaijan accused Armenia of large-scale subversive acts.", True),
        ("Armenia had again been accused by Azerbaijan.", True),
        ("Armenia, for its part, accused Azerbaijan of an intensive bombardment.", False),
        ("Armenia accused Azerbaijan of it after Azerbaijan accused Armenia.", False),
        ("Both accused each other.", False),
        ("Azerbaijan thanked Armenia.", False),
    ],
)
def test_the_reverse_of_what_was_asked_is_told_apart(sentence: str, reverse: bool) -> None:
    assert says_the_reverse(relations_in(_ASKED), sentence) is reverse
    assert not says_the_reverse(frozenset(), sentence)
