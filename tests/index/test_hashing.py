"""Hashes that indexes keep: pinned, for one that changes makes what was stored unfindable."""

from hypothesis import given
from hypothesis import strategies as st

from index.hashing import digest_of, hash64
from index.search.postings import term_key
from index.text.terms import terms_of

_ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()) | st.sampled_from("\ud800\udfff a1"))


def test_hashes_are_those_of_stored_indexes() -> None:
    assert hash64("The bridge opened.") == 14659086357170364199
    assert hash64("half a character \ud83d") == 6641327078033696962
    assert digest_of("The bridge opened.", 16).hex() == "e0051a7e96c5caf89960c08b7cc10b67"


def test_bytes_count_as_the_text_that_they_encode() -> None:
    assert hash64("Käse".encode()) == hash64("Käse")


@given(_ANY_TEXT)
def test_a_term_holds_no_half_character_and_keeps_the_key_it_always_had(text: str) -> None:
    """Postings of earlier versions encoded terms with "replace": that must come to the same."""
    for term in terms_of(text):
        assert term.encode("utf-8", "replace") == term.encode("utf-8")
        assert term_key(term) == hash64(term.encode("utf-8", "replace"))
