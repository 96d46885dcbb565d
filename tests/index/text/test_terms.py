"""Text to search terms."""

from index.text.terms import plain_words, terms_of, words_of


def test_numbers_lose_their_thousands_separators_only() -> None:
    assert words_of("6,500 people, 2.5 percent, 1,2 and 30,000") == [
        "6500", "people", "2.5", "percent", "1,2", "and", "30000",
    ]  # fmt: skip


def test_possessives_of_both_apostrophes_are_dropped() -> None:
    assert words_of("Armenia’s, Armenia's, the Armenians’") == ["armenia", "armenia", "the", "armenians"]


def test_the_country_us_is_not_the_pronoun() -> None:
    assert terms_of("the US and us; U.S. troops") == ["usa", "usa", "troop"]


def test_forms_of_a_word_share_a_stem() -> None:
    assert terms_of("killing killed kills") == ["kill", "kill", "kill"]


def test_words_without_meaning_leave_no_terms() -> None:
    assert terms_of("What did he say about it?") == []


def test_what_people_type_for_a_longer_word_is_that_word() -> None:
    assert terms_of("how many ppl does the govt say") == terms_of("how many people does the government say")


def test_words_typed_without_their_apostrophe_leave_no_terms_either() -> None:
    assert terms_of("whos he and why didnt they say anything abt hes wife") == terms_of("anything wife")


def test_an_accent_behind_its_letter_is_a_part_of_it() -> None:
    assert words_of("Neliups\u030ciene\u0307") == words_of("Neliupšienė") == ["neliupšienė"]


def test_plain_words_are_letters_without_possessives() -> None:
    text = "Armenia’s 20 U.S. troops, O'Brien and the Élysée"
    assert [span.slice(text) for span in plain_words(text)] == ["Armenia", "troops", "and", "the", "Élysée"]
