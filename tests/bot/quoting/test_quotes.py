"""The one check that every quoted word passes."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.quoting.quotes import Quote, is_verbatim, quote_from
from index import Article, Span
from tests.bot.examples import BRIDGE, FERRY, span_of

_OPENED = quote_from(BRIDGE, span_of("The mayor, Ada Brook, opened it again on 3 May 2024."))


def test_a_quote_says_which_revision_it_is_of() -> None:
    words = "The mayor, Ada Brook, opened it again on 3 May 2024."

    assert Quote("bridge", BRIDGE.revision, Span(41, 93), words) == _OPENED


@given(st.text(min_size=1), st.data())
def test_a_slice_is_verbatim(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article("any", "", text)

    quote = quote_from(article, Span(start, end))

    assert quote.text == text[start:end]
    assert is_verbatim(quote, article)


@given(st.text())
def test_other_words_are_not_verbatim(words: str) -> None:
    assume(words != _OPENED.text)

    assert not is_verbatim(replace(_OPENED, text=words), BRIDGE)


@pytest.mark.parametrize(
    "article",
    [
        replace(BRIDGE, text=f"{BRIDGE.text} "),
        replace(BRIDGE, text=BRIDGE.text.replace("closed", "opened")),
        replace(BRIDGE, id="another"),
        replace(BRIDGE, text=BRIDGE.text[:50]),
        FERRY,
    ],
    ids=["longer", "changed before the quote", "of another id", "cut short", "another"],
)
def test_a_quote_is_of_one_revision_of_one_article(article: Article) -> None:
    assert not is_verbatim(_OPENED, article)


def test_a_quote_that_reaches_beyond_the_text_is_not_verbatim() -> None:
    beyond = Span(_OPENED.span.start, len(BRIDGE.text) + 5)

    assert not is_verbatim(quote_from(BRIDGE, beyond), BRIDGE)
