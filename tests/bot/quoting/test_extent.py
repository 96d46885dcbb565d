"""How far a quote reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quoting.extent import quotable_span, tidy_answer
from index import Article, Passage, Span
from index.text.chunking import chunk_article
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
        (
            "“The roof leaks,” the mayor said. “We shall mend it soon.” The opposition’s leader said it was late.",
            "“We shall mend it soon.”",
            "“The roof leaks,” the mayor said. “We shall mend it soon.”",
        ),
        (
            "The roof leaks. “We shall mend it soon.” “It will take a year,” the mayor said.",
            "“We shall mend it soon.”",
            "“We shall mend it soon.” “It will take a year,” the mayor said.",
        ),
    ],
    ids=[
        "plain",
        "says who speaks",
        "speaker after",
        "speaker before",
        "speaker in another paragraph",
        "no speaker",
        "goes on after its speaker",
        "another quotation names the speaker",
    ],
)
def test_spoken_words_keep_who_said_them(text: str, sentence: str, quoted: str) -> None:
    assert _quoted(text, sentence) == quoted


def test_a_list_comes_with_the_sentence_that_announces_it() -> None:
    items = "- Chad\n- Haiti\n- Iran"
    text = f"The ban holds for these countries:\n\n{items}\n\nExceptions are made for athletes."
    assert _quoted(text, "The ban holds for these countries:") == f"The ban holds for these countries:\n\n{items}"


def test_what_is_no_list_is_not_taken_for_one() -> None:
    text = "The mayor asked for one thing:\n\nThat people wait until the bridge is mended, which takes a year."
    assert _quoted(text, "The mayor asked for one thing:") == "The mayor asked for one thing:"


def test_a_quote_is_not_grown_to_a_page() -> None:
    speaker = f"The mayor said so{' and so' * 60}."

    assert _quoted(f"{speaker} “We shall mend it soon.” Rain fell.", "“We shall mend it soon.”") == (
        "“We shall mend it soon.”"
    )


_SENTENCES = st.sampled_from(
    ["“It leaks.”", "The mayor said so.", "Rain fell.", "“Go,” he said.", "\n\n", "She added more.", "“Why?”"]
)


@given(st.lists(_SENTENCES, min_size=1, max_size=8).map(" ".join))
def test_a_quote_is_whole_sentences_of_a_paragraph(text: str) -> None:
    for passage in chunk_article(Article("any", "", text)):
        for sentence in passage.sentences:
            quoted = quotable_span(text, sentence, passage)
            assert quoted.contains(sentence)
            assert quoted.start in {one.start for one in passage.sentences}
            assert quoted.end in {one.end for one in passage.sentences}
            assert quoted == sentence or (len(quoted) <= 400 and "\n\n" not in quoted.slice(text))


@pytest.mark.parametrize(
    ("text", "sentence", "quoted"),
    [
        (
            "Police accused the minister of taking bribes for years. He denied the allegations. Rain fell.",
            "Police accused the minister of taking bribes for years.",
            "Police accused the minister of taking bribes for years. He denied the allegations.",
        ),
        (
            "Posts on social media showed a second bomb. But that was not true. Rain fell.",
            "Posts on social media showed a second bomb.",
            "Posts on social media showed a second bomb. But that was not true.",
        ),
        (
            "The bridge has to be mended this spring. Otherwise the town will close it. Rain fell.",
            "Otherwise the town will close it.",
            "The bridge has to be mended this spring. Otherwise the town will close it.",
        ),
        ("Will the mayor resign? Not this year. Rain fell.", "Not this year.", "Will the mayor resign? Not this year."),
        (
            "The mayor opened the bridge. She denied the council its party. Rain fell.",
            "The mayor opened the bridge.",
            "The mayor opened the bridge.",
        ),
        (
            "The bridge has to be mended this spring.\n\nOtherwise the town will close it. Rain fell.",
            "Otherwise the town will close it.",
            "Otherwise the town will close it.",
        ),
    ],
    ids=["denied", "untrue", "otherwise", "no", "denied another thing", "another paragraph"],
)
def test_what_takes_it_back_or_makes_it_so_comes_along(text: str, sentence: str, quoted: str) -> None:
    assert _quoted(text, sentence) == quoted


def test_an_endless_sentence_is_cut_around_the_answer() -> None:
    dull = " and ".join(["the towns along the river were flooded for days"] * 8)
    sentence = f"The mayor opened the bridge on Tuesday, and the band played for two hours; {dull}."
    text = f"It was a fine day. {sentence} Rain fell."
    span = span_of(sentence, Article("any", "", text))
    passage = Passage("any", span, (span,))

    quoted = quotable_span(text, span, passage, Span(text.index("two hours"), text.index("two hours") + 9))

    assert quoted.slice(text) == "The mayor opened the bridge on Tuesday, and the band played for two hours"
    assert quotable_span(text, span, passage) == span


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
