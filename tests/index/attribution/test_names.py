"""Names across articles: which are one person's, and which rather stay two."""

import pytest

from index.attribution.names import NameCorrections, name_key, name_words, people_of, same_person


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Nikol Pashinyan", "Nikol Pashinian", True),
        ("Volodymyr Zelensky", "Volodymyr Zelenskyy", True),
        ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan", True),
        ("George W. Bush", "George Bush", True),
        ("The New York Times", "New York Times", True),
        ("Bill Clinton", "Hillary Clinton", False),
        ("Clinton", "Hillary Clinton", False),
        ("New York Times", "New Straits Times", False),
        ("Ada Brook", "Ada Brock", False),
    ],
)
def test_two_names_are_one_person_s_only_if_that_is_sure(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same
    assert not same or name_key(one) == name_key(other)


def test_a_surname_alone_joins_the_only_person_who_has_it() -> None:
    assert people_of([("Brook", 5), ("Ada Brook", 3), ("Ada Brooke", 1)]) == [["Ada Brook", "Brook"], ["Ada Brooke"]]


def test_a_surname_that_two_people_share_stays_by_itself() -> None:
    people = people_of([("Clinton", 9), ("Bill Clinton", 2), ("Hillary Clinton", 3)])
    assert people == [["Hillary Clinton"], ["Bill Clinton"], ["Clinton"]]


def test_an_admin_s_word_joins_what_no_rule_joins() -> None:
    corrections = NameCorrections(joined=(("bill clinton", "William Clinton"),))
    people = people_of([("Bill Clinton", 2), ("William Clinton", 1)], corrections)
    assert people == [["Bill Clinton", "William Clinton"]]
    assert corrections.joined_with("Bill Clinton") == {"bill clinton", "William Clinton"}


def test_an_admin_s_word_parts_what_rules_would_join() -> None:
    corrections = NameCorrections(parted=(("Ivan Petrov", "Ivan Petroff"), ("Brook", "Ada Brook")))
    names = [("Ivan Petrov", 3), ("Ivan Petrow", 2), ("Brook", 1), ("Ada Brook", 1)]
    assert people_of(names, corrections) == [["Ivan Petrov", "Ivan Petrow"], ["Ada Brook"], ["Brook"]]


def test_marks_accents_and_suffixes_are_no_part_of_a_name() -> None:
    assert name_words("Dr. Martin Luther-King Jr.") == ("dr", "martin", "luther", "king")
    assert name_words("") == ()
    assert name_key("…") == ""
