"""Who said what: direct and reported, before and behind the cue, over paragraphs, by pronouns and offices."""

import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Span
from index.attribution import Attribution, Speaker, attribute, voice_of
from index.attribution.stored import decode, encode
from index.text.sentences import split_sentences

_Said = tuple[str, str, str | None, str | None]
"""The first letter of the kind, the words, the mention, and the speaker's name."""


def _attributions(text: str) -> list[Attribution]:
    return attribute(text, split_sentences(text, []))


def _said(text: str) -> list[_Said]:
    return [
        (
            one.kind[0],
            one.span.slice(text),
            one.mention.slice(text) if one.mention is not None else None,
            one.speaker.name if one.speaker is not None else None,
        )
        for one in _attributions(text)
        if one.is_speech
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"The bridge is safe," said Ada Brook.', [("d", '"The bridge is safe,"', "Ada Brook", "Ada Brook")]),
        ('"The bridge is safe," Ada Brook said.', [("d", '"The bridge is safe,"', "Ada Brook", "Ada Brook")]),
        ("Ada Brook said that the bridge is safe.", [("r", "that the bridge is safe", "Ada Brook", "Ada Brook")]),
        (
            '"The bridge is safe," Jovita Neliups\u030ciene\u0307 said.',
            [("d", '"The bridge is safe,"', "Jovita Neliups\u030ciene\u0307", "Jovita Neliups\u030ciene\u0307")],
        ),
        (
            "The bridge is safe, according to Ada Brook.",
            [("r", "The bridge is safe", "Ada Brook", "Ada Brook")],
        ),
        (
            "“The bridge,” Ada Brook said, “will hold for ever.”",
            [
                ("d", "“The bridge,”", "Ada Brook", "Ada Brook"),
                ("d", "“will hold for ever.”", "Ada Brook", "Ada Brook"),
            ],
        ),
        (
            "“The bridge will hold,” said Ada Brook. “It is made of steel.”",
            [
                ("d", "“The bridge will hold,”", "Ada Brook", "Ada Brook"),
                ("d", "“It is made of steel.”", "Ada Brook", "Ada Brook"),
            ],
        ),
        (
            "Mayor Ada Brook said:\n\n“The bridge will hold for many years.”",
            [("d", "“The bridge will hold for many years.”", "Mayor Ada Brook", "Ada Brook")],
        ),
        (
            "“We hold on and hope.” ― Ada Brook",
            [("d", "“We hold on and hope.”", "Ada Brook", "Ada Brook")],
        ),
        (
            "Its builder, Ada Brook, said that the bridge will hold.",
            [("r", "that the bridge will hold", "Its builder, Ada Brook", "Ada Brook")],
        ),
    ],
)
def test_words_are_their_speaker_s_however_the_sentence_is_built(text: str, said: Sequence[_Said]) -> None:
    assert _said(text) == list(said)


def test_a_quotation_that_runs_on_over_a_paragraph_stays_with_its_speaker() -> None:
    text = "“We have tested the bridge twice,” said Ada Brook. “It held.\n\n“And it will hold again next year.”"
    assert [name for *_, name in _said(text)] == ["Ada Brook"] * 3


def test_a_surname_and_a_pronoun_lead_to_the_full_name_with_the_role() -> None:
    text = (
        "City engineer Ada Brook said the bridge is safe. Brook told reporters that it would open on Monday.\n\n"
        '"I have no doubt at all," she said.'
    )
    speakers = [one.speaker for one in _attributions(text) if one.is_speech]
    assert speakers == [Speaker("Ada Brook", "City engineer", True)] * 3


def test_an_office_leads_to_the_one_person_who_holds_it() -> None:
    text = "Mayor Ada Brook opened the bridge on Monday. The mayor said that it had cost three million euros."
    assert [name for *_, name in _said(text)] == ["Ada Brook"]


def test_a_pronoun_that_may_mean_two_people_has_no_speaker() -> None:
    text = "Ada Brook met Mary Lane at the bridge on Monday.\n\n“It will hold for years,” she said."
    assert [(mention, name) for _, _, mention, name in _said(text)] == [("she", None)]


def test_words_that_describe_who_spoke_are_no_name() -> None:
    text = "Two senior officials said that the bridge had not been tested."
    assert [one.speaker for one in _attributions(text)] == [Speaker("Two senior officials", None, False)]


def test_what_is_wanted_is_not_what_is_said() -> None:
    text = "Ada Brook wants to close the bridge next week."
    assert [(one.kind, one.is_speech) for one in _attributions(text)] == [("reported", False)]


def test_the_voice_of_a_sentence_is_whose_words_make_up_most_of_it() -> None:
    text = (
        "Ada Brook said that the bridge would open on Monday. It was built in 1994. "
        "“It holds,” said Ada Brook, but John Lane said that it does not hold at all."
    )
    sentences = split_sentences(text, [])
    voices = [voice_of(_attributions(text), sentence) for sentence in sentences]
    assert [voice.speaker.name if voice and voice.speaker else None for voice in voices] == ["Ada Brook", None, None]


@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(["“", "”", '"', "'", ",", ".", "\n\n", "said", "Ada", "Brook", "he", "that", ":", "(", "told"]),
        max_size=60,
    ).map(" ".join)
)
@settings(max_examples=200)
def test_whatever_the_text_attributions_lie_in_it_and_survive_storing(text: str) -> None:
    found = _attributions(text)
    spans = [span for one in found for span in (one.span, one.mention, one.cue) if span is not None]
    assert all(span.end <= len(text) for span in spans)
    assert [one.span.start for one in found] == sorted(one.span.start for one in found)
    assert decode(encode(found)) == found


_HOSTILE = [
    '"I know," said Ann Lee. He said so. ',
    "“ ",
    "'a ",
    "Ann Lee ",
    "he said ",
    "“a b c d” ― ",
    "Ann: said\n\n",
    "Ann: It is open again.\n\n",
]


def _seconds(text: str) -> Iterator[float]:
    """Yield three times that this thread needed: what other threads do meanwhile does not count."""
    sentences = split_sentences(text, [])
    attribute(text[:1_000], split_sentences(text[:1_000], []))  # what is loaded once does not count
    for _ in range(3):
        started = time.thread_time()
        attribute(text, sentences)
        yield time.thread_time() - started


@pytest.mark.slow
@pytest.mark.parametrize("words", _HOSTILE)
def test_ten_times_as_many_words_take_ten_times_as_long(words: str) -> None:
    tenth = words * (30_000 // len(words))
    longest = 15 * min(_seconds(tenth)) + 0.3
    assert any(seconds < longest for seconds in _seconds(tenth * 10))  # the first that is says enough


def test_stored_attributions_that_are_damaged_are_refused() -> None:
    with pytest.raises(ValueError, match="attributions cannot be read"):
        decode(b"damaged")


def test_an_article_in_which_nobody_speaks_has_no_attributions() -> None:
    assert attribute("The bridge opened in 1994.", [Span(0, 26)]) == []
