"""What quotations are: word for word, altered, cut, stitched, another's, or of no article; in every kept revision."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.checking import CheckedQuote, Checker, CutKind, Verdict
from index import Article
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.embedders import HashingEmbedder

_BRIDGE = Article(
    "bridge",
    "Old bridge opens again",
    "The old bridge in Marlow was closed for two years. The mayor, Ada Brook, opened it again on 3 May 2024 in front of"
    " four hundred people.\n\n“We will keep the ferry for the winter,” Brook said, “and sell it in spring.” The council"
    " will build a second bridge if the county pays for half of it.\n\nThe repair cost 4.2 million euros, but the"
    " council did not pay for the lights.",
    "The Courier",
)
_FERRY = Article(
    "ferry",
    "Ferry across the lake stops",
    "Tom Reed said on Monday that the company had lost every customer to the new road. The ferry ran for the last time"
    " on Sunday with nine passengers on board. Reed denied that the boat was sold to a museum in Denmark.",
)
_HARBOUR = Article(
    "harbour",
    "Harbour empties",
    "The harbour lost its last fishing boat in March after forty years of decline. The harbour master stole the fuel."
    " He denied it.",
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> LiveIndex:
    library, embedder = DiskLibrary(tmp_path_factory.mktemp("index")), HashingEmbedder()
    library.rebuild([_BRIDGE, _FERRY, _HARBOUR], embedder)
    return LiveIndex(library, embedder)


@pytest.fixture(scope="module")
def checker(live: LiveIndex) -> Checker:
    return Checker(live.kept_texts)


def _found(quote: CheckedQuote) -> list[tuple[str, str]]:
    return [(match.citation.quote.article_id, match.citation.quote.text) for match in quote.matches]


def _only(checker: Checker, text: str) -> CheckedQuote:
    [quote] = checker.check(text)
    assert quote.text == quote.span.slice(text)
    return quote


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "It says: “The old bridge in Marlow was closed for two years.”",
            "The old bridge in Marlow was closed for two years",
        ),
        ("the OLD bridge, in Marlow was\nclosed for two years", "The old bridge in Marlow was closed for two years"),
        ('"on 3 May 2024 in front of four hundred people"', "on 3 May 2024 in front of four hundred people"),
        ("“We will keep the ferry for the winter,” said Brook.", "We will keep the ferry for the winter"),
        ("We will not do it, they say.", None),
    ],
)
def test_words_of_an_article_are_verbatim_whatever_marks_and_capitals(
    checker: Checker, text: str, words: str | None
) -> None:
    quote = _only(checker, text)
    assert quote.verdict is (Verdict.VERBATIM if words else Verdict.NOT_FOUND)
    assert _found(quote) == ([("bridge", words)] if words else [])


@pytest.mark.parametrize(
    ("text", "differing"),
    [
        ("“The repair cost 4.3 million euros, but the council did not pay for the lights”", [("4.3", "4.2")]),
        ("“The repair cost 4.2 million euros, but the council did pay for the lights”", [(None, "not")]),
        ("“The old wooden bridge in Marlow was closed for two years”", [("wooden", None)]),
        ("“The ferry ran for the last time on Monday with nine passengers on board”", [("Monday", "Sunday")]),
    ],
)
def test_changed_words_are_named(checker: Checker, text: str, differing: list[tuple[str | None, str | None]]) -> None:
    quote = _only(checker, text)
    assert quote.verdict is Verdict.ALTERED
    [match] = quote.matches
    named = [(one.checked and one.checked.slice(text), match.words(one.article) or None) for one in match.differences]
    assert named == differing


@pytest.mark.parametrize(
    ("words", "kind", "before", "after"),
    [
        ("The council will build a second bridge", CutKind.CONDITION, "", " if the county pays for half of it."),
        ("The repair cost 4.2 million euros", CutKind.CONDITION, "", ", but the council did not pay for the lights."),
        ("the boat was sold to a museum in Denmark", CutKind.DENIAL, "Reed denied that ", "."),
        ("The harbour master stole the fuel", CutKind.DENIAL, "", ". He denied it."),
        ("the company had lost every customer", CutKind.SPEAKER, "Tom Reed said on Monday that ", " to the new road."),
    ],
)
def test_what_was_cut_away_is_shown(checker: Checker, words: str, kind: CutKind, before: str, after: str) -> None:
    quote = _only(checker, f"They write “{words}” and leave it at that.")
    assert quote.verdict is Verdict.CUT
    [match] = quote.matches
    assert match.cut is not None
    assert kind in match.cut.kinds
    assert match.words(match.cut.before) == before
    assert match.words(match.cut.after) in (after, "")
    assert match.citation.quote.text == words


def test_who_shares_no_more_than_a_turn_of_phrase_with_an_article_has_not_altered_it(checker: Checker) -> None:
    changed = "“The ferry ran for the last time on Sunday with sixty passengers on board”"
    another = "“The tram ran for the last time on Sunday with sixty dogs on board”"
    assert [_only(checker, text).verdict for text in (changed, another)] == [Verdict.ALTERED, Verdict.NOT_FOUND]


def test_a_speaker_who_is_told_elsewhere_is_not_missed(checker: Checker) -> None:
    text = "Tom Reed said that “the company had lost every customer to the new road”."
    assert _only(checker, text).verdict is Verdict.VERBATIM


def test_words_of_two_places_are_stitched(checker: Checker) -> None:
    text = "“The ferry ran for the last time on Sunday after forty years of decline”"
    quote = _only(checker, text)
    assert (quote.verdict, _found(quote)) == (
        Verdict.STITCHED,
        [("ferry", "The ferry ran for the last time on Sunday"), ("harbour", "after forty years of decline")],
    )
    assert [match.part.slice(text) for match in quote.matches] == [match.citation.quote.text for match in quote.matches]


def test_real_words_of_somebody_else_are_told_from_the_speakers_own(checker: Checker) -> None:
    quote = _only(checker, "“We will keep the ferry for the winter,” Tom Reed said.")
    assert (quote.verdict, quote.claimed) == (Verdict.OTHER_SPEAKER, "Tom Reed")
    [match] = quote.matches
    assert match.citation.speaker is not None
    assert match.citation.speaker.name == "Ada Brook"


@pytest.mark.parametrize(
    ("text", "verdict", "claimed"),
    [
        ("Tom Reed: “We will keep the ferry for the winter.”", Verdict.OTHER_SPEAKER, "Tom Reed"),
        ("Tom Reed, the owner: “We will keep the ferry for the winter.”", Verdict.OTHER_SPEAKER, "Tom Reed"),
        ("“We will keep the ferry for the winter.” (Tom Reed)", Verdict.OTHER_SPEAKER, "Tom Reed"),
        ("“We will keep the ferry for the winter.”\n— Tom Reed", Verdict.OTHER_SPEAKER, "Tom Reed"),
        ("As Tom Reed put it, “We will keep the ferry for the winter.”", Verdict.OTHER_SPEAKER, "Tom Reed"),
        ("Anna Brook: “We will keep the ferry for the winter.”", Verdict.VERBATIM, "Anna Brook"),
        ("Breaking News: “We will keep the ferry for the winter.”", Verdict.VERBATIM, None),
        ("“We will keep the ferry for the winter.” (Marlow Courier)", Verdict.VERBATIM, None),
        ("Tom Reed was there. He heard it: “We will keep the ferry for the winter.”", Verdict.VERBATIM, None),
    ],
)
def test_who_is_named_beside_a_quotation_is_said_to_speak(
    checker: Checker, text: str, verdict: Verdict, claimed: str | None
) -> None:
    quote = _only(checker, text)
    assert (quote.verdict, quote.claimed) == (verdict, claimed)


def test_a_quotation_may_pass_over_who_speaks_and_over_what_it_says_it_leaves_out(checker: Checker) -> None:
    spoken = _only(checker, "“We will keep the ferry for the winter, and sell it in spring,” Brook said.")
    assert (spoken.verdict, [words for _, words in _found(spoken)]) == (
        Verdict.VERBATIM,
        ["We will keep the ferry for the winter", "and sell it in spring"],
    )
    left_out = _only(checker, "“The mayor, Ada Brook, opened it again … in front of four hundred people”")
    assert left_out.verdict is Verdict.VERBATIM
    assert _only(checker, "“The repair cost 4.2 million euros … pay for the lights”").verdict is Verdict.CUT


def test_what_no_article_holds_is_not_found_and_never_false(checker: Checker) -> None:
    quotes = checker.check("“The moon is made of green cheese,” he said. “The council will buy nine tramways at once.”")
    assert [(quote.verdict, quote.matches) for quote in quotes] == [(Verdict.NOT_FOUND, ())] * 2


def test_a_text_without_quotation_marks_is_looked_for_whole_and_then_sentence_by_sentence(checker: Checker) -> None:
    whole = "The ferry ran for the last time on Sunday with nine passengers on board."
    assert [quote.verdict for quote in checker.check(whole)] == [Verdict.VERBATIM]
    mixed = f"{whole} Nobody in the town had ever seen so many penguins dance around the old fountain at night."
    assert [(quote.verdict, quote.text) for quote in checker.check(mixed)] == [
        (Verdict.VERBATIM, whole.rstrip(".")),
        (Verdict.NOT_FOUND, mixed[len(whole) + 1 : -1]),
    ]
    assert checker.check("") == checker.check(" …“”!") == []


def test_an_earlier_revision_is_searched_while_it_is_kept(tmp_path: Path) -> None:
    library, embedder = DiskLibrary(tmp_path / "index", keep=2), HashingEmbedder()
    library.rebuild([_BRIDGE, _FERRY], embedder)
    live = LiveIndex(library, embedder)
    checker, text = Checker(live.kept_texts), "“nine passengers on board”"
    changed = replace(_FERRY, text=_FERRY.text.replace("nine passengers", "ten passengers"))
    library.add([changed], embedder)
    [match] = _only(checker, text).matches
    assert (match.citation.quote.revision, match.is_current) == (_FERRY.revision, False)
    library.remove(["bridge"], embedder)
    assert _only(checker, text).verdict is Verdict.NOT_FOUND


def test_an_article_that_was_tampered_with_vouches_for_nothing(tmp_path: Path) -> None:
    library, embedder = DiskLibrary(tmp_path / "index"), HashingEmbedder()
    library.rebuild([_BRIDGE, _FERRY], embedder)
    for path in tmp_path.rglob("articles.sqlite"):
        content = path.read_bytes()
        path.write_bytes(content.replace(b"nine passengers", b"five passengers"))
    checker = Checker(LiveIndex(library, embedder).kept_texts)
    assert _only(checker, "“with five passengers on board”").verdict is Verdict.NOT_FOUND


_WORDS = st.lists(
    st.sampled_from([*_BRIDGE.text.split(), *_FERRY.text.split(), "“", "”", '"', "…", "\n\n"]), max_size=40
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(_WORDS.map(" ".join), st.text(max_size=200)))
def test_every_match_is_a_slice_of_its_revision_and_every_quotation_of_the_text(checker: Checker, text: str) -> None:
    articles = {one.id: one for one in (_BRIDGE, _FERRY, _HARBOUR)}
    for quote in checker.check(text):
        assert quote.text == quote.span.slice(text)
        assert (quote.verdict is Verdict.NOT_FOUND) == (not quote.matches)
        for match in quote.matches:
            cited = match.citation.quote
            assert cited.text == cited.span.slice(articles[cited.article_id].text)
            assert quote.span.contains(match.part)


def _verdicts(quotes: Sequence[CheckedQuote]) -> list[str]:
    return [quote.verdict.value for quote in quotes]


def test_quotations_of_every_kind_of_marks_are_found(checker: Checker) -> None:
    text = (
        'He said "closed for two years" and ‘closed for two years’, «closed for two years» and „closed for two years“.'
        "\n\n“The old bridge in Marlow was closed for two years. The mayor, Ada Brook, opened it again on 3 May 2024"
    )
    assert _verdicts(checker.check(text)) == ["verbatim"] * 5
