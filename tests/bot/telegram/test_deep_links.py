"""What a start link carries is what it opens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.telegram.views.links import DeepLink, Opens, article_key, payload_of, read_payload


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_a_question_comes_back_as_it_was_or_is_too_long(question: str) -> None:
    payload = payload_of(DeepLink(Opens.QUESTION, question))
    if payload is None:
        assert len(question.encode()) > 45
    else:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
        assert read_payload(payload) == DeepLink(Opens.QUESTION, question)


@given(st.text())
def test_an_articles_key_suits_a_link_whatever_its_id(article_id: str) -> None:
    payload = payload_of(DeepLink(Opens.ARTICLE, article_key(article_id)))
    assert payload is not None
    assert read_payload(payload) == DeepLink(Opens.ARTICLE, article_key(article_id))


@pytest.mark.parametrize("payload", ["", "x", "x_y", "q_", "q_!", "q_gA", "q_IA", "a_", "_", "help"])
def test_what_is_not_ours_opens_nothing(payload: str) -> None:
    assert read_payload(payload) is None
