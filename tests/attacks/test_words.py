"""Attacks by words that can be taken apart in countless ways, or paired with countless others: in messages and in
articles. Without the mend the bot does nothing else meanwhile: for minutes, or for ever."""

import tracemalloc
from pathlib import Path

from bot.adapters.web.pages.article_text import Paragraph, Piece, paragraphs_of
from bot.checking import Checker, Verdict
from bot.checking.alignment import nearest, runs_in
from bot.checking.passages import checkable
from bot.checking.words import Words
from bot.checking.words import places_of as places_of_words
from bot.followup.references import CitationRequest, Side, citation_request
from index import Article, Span
from index.attribution import attribute
from index.library.disk.directory import IndexFolders
from index.library.disk.kept_texts import DiskTexts
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from index.text.phrases import places_of as places_of_phrases
from index.text.sentences import split_sentences
from tests.embedders import HashingEmbedder


def test_a_message_that_says_one_word_again_and_again_is_no_wish_for_context() -> None:
    assert citation_request(f"[1] {'say' * 1_000} so", 3) is None
    assert citation_request("what is it about, [2]?", 3) == CitationRequest(2, Side.AROUND)


def test_signs_in_a_row_are_looked_through_for_words_in_linear_time() -> None:
    assert places_of_words("$" * 100_000, Words("$ $ $ $ x").folded, 5) == []
    assert places_of_words("$ % $ 5", Words("% $").folded, 5) == [Span(2, 5)]
    assert places_of_phrases(["_ _ _ _ _ _ x"], "_ " * 50_000) is None
    assert places_of_phrases(["in _my_ view"], "So, in my_view, it is; _in my view_.") == [Span(4, 14), Span(24, 34)]


def test_words_that_begin_everywhere_are_looked_for_in_linear_time() -> None:
    text = "ab." * 50_000
    assert places_of_words(text, Words("ab ab ab ab ab ab zz").folded, 5) == []
    assert places_of_words(f"{text}zz", Words("ab ab ab ab ab ab zz").folded, 5) == [Span(149_982, 150_002)]
    assert places_of_words("ha " * 50_000, ["ha"] * 5_000 + ["no"], 5) == []


def test_a_quotation_that_is_signed_with_letters_without_end_is_nobodys() -> None:
    text = f"“We have opened the bridge again.” — {'A' * 20_000}! Everybody came."
    (said,) = attribute(text, split_sentences(text, []))
    assert said.speaker is None
    signed = "“We have opened the bridge again.” — Ada B. Brook, mayor"
    (said,) = attribute(signed, split_sentences(signed, []))
    assert said.mention is not None
    assert said.mention.slice(signed) == "Ada B. Brook"


def test_equal_words_without_end_fill_no_memory() -> None:
    tracemalloc.start()
    runs = runs_in(["ha"] * 5_000, {0: ["ha"] * 5_000})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200_000_000
    assert all(run.length >= 3 for run in runs)


class _Counted(DiskTexts):
    """Kept texts that note which of them are read."""

    def __init__(self, folders: IndexFolders) -> None:
        super().__init__(folders)
        self.read: list[int] = []

    def text(self, number: int) -> str:
        self.read.append(number)
        return super().text(number)


def test_quotations_without_end_are_looked_for_in_articles_that_are_read_once(tmp_path: Path) -> None:
    sentence = "The old bridge in Marlow was shut again for the winter, the council said on Monday."
    DiskLibrary(tmp_path).rebuild([Article("bridge", "Bridge", sentence)], HashingEmbedder())
    texts = _Counted(IndexFolders(tmp_path))
    quotes = Checker(lambda: texts).check(
        " ".join(f"“bridge in Marlow was shut {number % 900} again for the winter”" for number in range(800))
    )
    assert [quote.verdict for quote in quotes] == [Verdict.ALTERED] * 800
    assert texts.read == [0]
    checked = [quote.matches[0].differences[0].checked for quote in quotes]
    assert [place.start - quote.span.start for place, quote in zip(checked, quotes, strict=True) if place] == [26] * 800


def test_words_beside_quotations_without_end_fill_no_memory() -> None:
    text = " ".join([*(f"word{number}" for number in range(3_000)), *(f"“q{number}”" for number in range(3_000))])
    tracemalloc.start()
    found = checkable(text)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000_000
    assert (found[7].stands_beside(frozenset({"q7"})), found[7].stands_beside(frozenset({"q8"}))) == (False, True)


def test_a_quotation_as_long_as_an_article_is_not_laid_against_every_place_of_it() -> None:
    article = [f"word{number % 700}" for number in range(12_000)]
    words = [*article[500:6_000], "no", *article[6_001:11_000]]
    found = nearest(words, 0, article, runs_in(words, {0: article}))
    assert found is not None
    assert (found.at % 700, found.edits) == (500, 1)


def test_marks_without_end_between_words_tell_not_who_speaks(tmp_path: Path) -> None:
    text = f"He will never leave the old harbour ’{'‘' * 60_000} x before the end of this winter. Others will."
    library = DiskLibrary(tmp_path / "index")
    library.rebuild([Article("harbour", "Harbour", text)], HashingEmbedder())
    checker = Checker(LiveIndex(library, HashingEmbedder()).kept_texts)
    (quote,) = checker.check("“He will never leave the old harbour before the end of this winter.”")
    assert quote.verdict is Verdict.ALTERED


def test_blanks_without_end_are_shown_in_linear_time() -> None:
    text = f"One line{' ' * 1_000_000}goes on.\n \n Another."
    first, blanks = text[: text.index("\n")], "\n \n "
    assert paragraphs_of(text, []) == [Paragraph((Piece(first),), blanks), Paragraph((Piece("Another."),), "")]
