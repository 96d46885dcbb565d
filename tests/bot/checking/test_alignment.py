"""Runs of equal words, and where words stand: the fast ways find what looking everywhere finds."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checking.alignment import Run, nearest, runs_in
from bot.checking.words import Words, places_of
from index import Span

_words = st.lists(st.sampled_from("abc"), min_size=1, max_size=12)
_written = st.lists(
    st.tuples(
        st.sampled_from(["a", "B", "b", "it's", "It’s", "-5", "−5", "3.5", "3", "$", "İs", "ß"]),
        st.sampled_from([" ", "\n\n", ", ", "-", " — ", "", "'", "’", ". "]),
    ),
    max_size=30,
).map(lambda pairs: "".join(word + gap for word, gap in pairs))


def _everywhere(words: Sequence[str], articles: Mapping[int, Sequence[str]]) -> list[Run]:
    """Every run of three words and more that could not be longer, by comparing each word with each."""

    def length(article: Sequence[str], start: int, at: int) -> int:
        equal = 0
        while start + equal < len(words) and at + equal < len(article) and words[start + equal] == article[at + equal]:
            equal += 1
        return equal

    return [
        Run(number, start, at, length(article, start, at))
        for number, article in articles.items()
        for start in range(len(words))
        for at in range(len(article))
        if length(article, start, at) >= 3
        if not (start and at and words[start - 1] == article[at - 1])
    ]


@given(words=_words, articles=st.dictionaries(st.integers(0, 9), st.lists(st.sampled_from("abcd"), max_size=20)))
def test_all_runs_are_found(words: list[str], articles: dict[int, list[str]]) -> None:
    everywhere = _everywhere(words, articles)
    assert runs_in(words, articles, most=1_000) == everywhere
    longest = sorted(everywhere, key=lambda run: -run.length)[:2]
    assert runs_in(words, articles, most=2) == [run for run in everywhere if run in longest]


@pytest.mark.parametrize("n_words", [400, 900])
def test_very_many_words_are_near_where_the_runs_they_share_lie(n_words: int) -> None:
    article = [f"{letter}{number}" for number in range(500) for letter in ["ab", "the", "of", "on"]]
    words = [
        *article[100:200],
        "inserted",
        *article[200 : 80 + n_words],
        "other",
        *article[81 + n_words : 100 + n_words],
    ]
    found = nearest(words, 7, article, runs_in(words, {7: article}))
    assert found is not None
    assert (found.number, found.at, found.end, found.edits) == (7, 100, 100 + n_words, 2)
    assert nearest(["zz"] * n_words, 7, article, []) is None


@given(text=_written, asked=_written)
def test_words_are_found_in_a_text_wherever_they_stand(text: str, asked: str) -> None:
    words = Words(asked).folded[:3] or ["a"]
    all_words = Words(text)
    found = [
        all_words.span(at, at + len(words))
        for at in range(len(all_words))
        if all_words.folded[at : at + len(words)] == words
    ]
    assert places_of(text, words, 100) == found
    assert places_of(text, words, 1) == found[:1]


def test_a_word_within_another_is_not_found() -> None:
    assert places_of("The heart and art.", ["art"], 5) == [Span(14, 17)]
