"""How far a quote reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spans import quotable_span, tidy_answer
from index import Article, Passage, Span
from index.chunking import chunk_article
from tests.bot.examples import span_of


def _quoted(text: str, sentence: str) -> str:
    """What is quoted when `sentence` is to be quoted out of this text."""
    article = Article("any", "", text)
    span = span_of(sentence, article)
    passage = next(passage for passage in chunk_article(article) if span in passage.sentences)
    return quotable_span(text, span, passage).slice(text)


@pytest.mark.parametrize(
    ("text", "sentence", "quoted"),
    [
        ("The bridge is open. Cars may pass.", "Cars may pass.", "Cars may pass."),
        (
            "The roof leaks. “We shall mend it,” the mayor said. Rain fell.",
            "“We shall mend it,” the mayor said.",
            "“We shall mend it,” the mayor said.",
        ),
        (
            "“We shall mend it soon.” The mayor told the council so. Rain fell.",
            "“We shall mend it soon.”",
            "“We shall mend it soon.” The mayor told the council so.",
        ),
        (
            "The mayor told the council about it. “We shall mend it soon.” Rain fell.",
            "“We shall mend it soon.”",
            "The mayor told the council about it. “We shall mend it soon.”",
        ),
        (
            "The mayor told the council about it.\n\n“We shall mend it soon.”\n\nRain fell.",
            "“We shall mend it soon.”",
            "“We shall mend it soon.”",
        ),
        ("Rain fell. “We shall mend it soon.” It dripped.", "“We shall mend it soon.”", "“We shall mend it soon.”"),
    ],
    ids=["plain", "says who speaks", "speaker after", "speaker before", "speaker in another paragraph", "no speaker"],
)
def test_spoken_words_keep_who_said_them(text: str, sentence: str, quoted: str) -> None:
    assert _quoted(text, sentence) == quoted


def test_a_quote_is_not_grown_to_a_page() -> None:
    speaker = f"The mayor said so{' and so' * 60}."

    assert _quoted(f"{speaker} “We shall mend it soon.” Rain fell.", "“We shall mend it soon.”") == (
        "“We shall mend it soon.”"
    )


_SENTENCES = st.sampled_from(
    ["“It leaks.”", "The mayor said so.", "Rain fell.", "“Go,” he said.", "\n\n", "She added more.", "“Why?”"]
)


@given(st.lists(_SENTENCES, min_size=1, max_size=8).map(" ".join))
def test_a_quote_is_one_sentence_or_two_neighbours_of_its_passage(text: str) -> None:
    for passage in chunk_article(Article("any", "", text)):
        for sentence in passage.sentences:
            quoted = quotable_span(text, sentence, passage)
            assert quoted.contains(sentence)
            assert 1 <= len(_covered(passage, quoted.start, quoted.end)) <= 2


def _covered(passage: Passage, start: int, end: int) -> list[object]:
    """The sentences from `start` to `end`, which must be bounds of some."""
    assert start in {sentence.start for sentence in passage.sentences}
    assert end in {sentence.end for sentence in passage.sentences}
    return [sentence for sentence in passage.sentences if start <= sentence.start and sentence.end <= end]


@pytest.mark.parametrize(
    ("answer", "tidy"),
    [
        ("Ada Brook", "Ada Brook"),
        ("large-scale acts”", "large-scale acts"),
        ("“large-scale acts”", "“large-scale acts”"),
        ("(the mayor", "the mayor"),
        ("the mayor (Ada Brook)", "the mayor (Ada Brook)"),
        ("on Tuesday, ", "on Tuesday"),
        ("at 5 p.m.", "at 5 p.m."),
        ("the U.S.", "the U.S."),
        ("the end.", "the end"),
        ('said "no', 'said "no'),
        ("...", "..."),
    ],
)
def test_an_answer_has_no_loose_marks_at_its_edges(answer: str, tidy: str) -> None:
    text = f"It was {answer} they say"

    assert tidy_answer(text, Span(7, 7 + len(answer))).slice(text) == tidy


@given(st.text(min_size=1))
def test_a_tidy_answer_lies_in_the_answer(answer: str) -> None:
    assert Span(0, len(answer)).contains(tidy_answer(answer, Span(0, len(answer))))
