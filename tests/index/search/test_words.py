"""The words of a segment, kept as arrays: nothing is lost, and what is one slip away is found."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from index.search.words import WordList, count_words, fold

_COUNTS = count_words("Pashinyan met Erdoğan in Brüssel. Erdoğan left; PASHINYAN stayed, and Pashinyan spoke 24 times.")
_FEW_LETTERS = st.text("abcdé", min_size=4, max_size=7)


def _similar(words: WordList, folded: str) -> dict[str, tuple[int, int]]:
    return {found.written: (found.count, found.distance) for found in words.similar(folded)}


def test_words_of_four_letters_are_counted_as_they_are_written() -> None:
    assert _COUNTS == {
        "Pashinyan": 2, "PASHINYAN": 1, "Erdoğan": 2, "Brüssel": 1, "left": 1, "stayed": 1, "spoke": 1, "times": 1,
    }  # fmt: skip


@pytest.mark.parametrize("counts", [_COUNTS, {}])
def test_a_saved_list_loads_as_it_was(tmp_path: Path, counts: dict[str, int]) -> None:
    WordList.from_counts(counts).save(tmp_path / "words")
    loaded = WordList.load(tmp_path / "words")
    assert loaded is not None
    assert (loaded.as_counts(), _similar(loaded, "sixty")) == (counts, {})


def test_an_index_without_a_list_has_none(tmp_path: Path) -> None:
    assert WordList.load(tmp_path / "words") is None


def test_case_and_accents_count_as_no_slip() -> None:
    words = WordList.from_counts(_COUNTS)
    assert _similar(words, "pashinian") == {"Pashinyan": (2, 1), "PASHINYAN": (1, 1)}
    assert _similar(words, "erdogan") == {"Erdoğan": (2, 0)}


@given(st.dictionaries(_FEW_LETTERS, st.integers(1, 9), max_size=40), _FEW_LETTERS)
def test_no_word_one_slip_away_is_passed_over(counts: dict[str, int], typed: str) -> None:
    distances = {word: OSA.distance(fold(typed), fold(word)) for word in counts}
    expected = {word: (counts[word], distance) for word, distance in distances.items() if distance <= 1}
    assert _similar(WordList.from_counts(counts), fold(typed)) == expected
