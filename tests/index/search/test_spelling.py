"""Misspelt words are found where it is clear what is meant, and names that no article knows are left alone."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from index.search.bm25 import KeywordIndex
from index.search.postings import Postings, PostingsWriter
from index.search.spelling import Speller
from index.search.words import WordList, count_words
from index.text.terms import terms_of

_PASSAGES = [
    "Nikol Pashinyan met Recep Erdoğan in Brussels.",
    "Pashinyan spoke of Karabakh. Karabakh was quiet.",
    "The governor of Marton resigned over the harbour.",
    "The mayor of Barton opened a school.",
    "Nothing else happened there last week.",
    *[f"Story {number} tells of weather, trade and sports." for number in range(95)],
]


def _parts(passages: Sequence[str]) -> tuple[WordList, Postings]:
    counts, writer = Counter[str](), PostingsWriter()
    for passage in passages:
        counts.update(count_words(passage))
        writer.add(terms_of(passage))
    return WordList.from_counts(counts), writer.finish()


def _speller(passages: Sequence[str] = _PASSAGES, *, cut: int = 0, dead: Sequence[int] = ()) -> Speller:
    lists, postings = zip(*(_parts(part) for part in (passages[:cut], passages[cut:])), strict=True)
    live = np.ones(len(passages), np.bool_)
    live[list(dead)] = False
    return Speller(lists, KeywordIndex(postings), live)


def _meant(text: str, speller: Speller | None = None) -> dict[str, str]:
    found = (speller or _speller()).misspellings(text)
    return {one.span.slice(text): one.meant for one in found}


@pytest.mark.parametrize("cut", [0, 1, 50])
def test_a_name_is_what_articles_write_however_many_segments_there_are(cut: int) -> None:
    meant = _meant("did pashinian meet erdogan about karabach", _speller(cut=cut))
    assert meant == {"pashinian": "Pashinyan", "erdogan": "Erdoğan", "karabach": "Karabakh"}


@pytest.mark.parametrize("text", ["Pashinian’s visit", "the PASHINIAN-visit", "(pashinian)"])
def test_a_misspelt_word_is_found_within_marks(text: str) -> None:
    assert [meant.lower() for meant in _meant(text).values()] == ["pashinyan"]


def test_of_two_words_it_is_the_one_that_stands_beside_the_rest_of_the_message() -> None:
    assert _meant("why did the governor of larton resign") == {}
    assert _meant("why did the governor of maarton resign") == {"maarton": "Marton"}
    assert _meant("which school did the mayor of baarton open") == {"baarton": "Barton"}


@pytest.mark.parametrize(
    "text",
    [
        "what did pashinyan say",  # a passage holds it
        "what did kocharyan say",  # no word is near
        "barten",  # too short to be told by its letters alone
        "pashinyar",  # another ending is another name
        "when was theree a storm",  # nearly "there", which nobody searches for
        "12345 and x-ray",
        "",
    ],
)
def test_what_is_not_clearly_misspelt_stays(text: str) -> None:
    assert _meant(text) == {}


def test_a_word_is_left_alone_beside_words_that_never_meet_it() -> None:
    assert _meant("karabach") == {"karabach": "Karabakh"}
    assert _meant("the school in karabach") == {}


def test_a_message_of_many_unknown_words_is_in_another_language() -> None:
    assert _meant("warum hat pashinian gestern niemanden aus Aserbaidschan getroffen, dessen Vater krank war") == {}


def test_words_of_articles_that_were_removed_are_not_meant() -> None:
    assert _meant("pashinian", _speller(dead=[0])) == {"pashinian": "Pashinyan"}
    assert _meant("pashinian", _speller(dead=[0, 1])) == {}


def test_an_index_without_words_corrects_nothing() -> None:
    assert _meant("pashinian", _speller([])) == {}
