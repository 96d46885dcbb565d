"""Who is named beneath a quote: somebody where the article says so, nobody where it is not sure."""

from pathlib import Path

import pytest

from bot.quoting.quotes import CitedSpeaker
from bot.quoting.speakers import plain_role, speaker_in
from index import Article
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Archive
from tests.embedders import HashingEmbedder

_TEXT = (
    "White House spokesman Josh Earnest said on Monday that the bridge would stay open for another year.\n\n"
    "“We have looked at every bolt,” he told reporters. “None of them is loose.”\n\n"
    "Two officials said that the work had cost four million euros. “It was worth every cent of it.”\n\n"
    "The bridge was built in 1994."
)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    library = DiskLibrary(tmp_path / "index")
    library.rebuild([Article("bridge", "Bridge", _TEXT)], HashingEmbedder())
    return library.open_current(HashingEmbedder()).archive


def test_each_sentence_names_who_says_it_if_anybody_does(archive: Archive) -> None:
    named = [speaker_in(archive, "bridge", sentence) for sentence in archive.sentences_of("bridge")]
    told = [(one.name, one.role, one.mention.slice(_TEXT)) if one is not None else None for one in named]
    earnest = ("Josh Earnest", "White House spokesman")
    assert told == [
        (*earnest, "White House spokesman Josh Earnest"),
        (*earnest, "he"),
        (*earnest, "he"),
        None,
        ("Two officials", None, "Two officials"),
        None,
    ]


@pytest.mark.parametrize(
    ("role", "plain"),
    [
        ("White House spokesman", "White House spokesman"),
        ("Gov.", None),
        ("Mr", None),
        ("Mayor", "mayor"),
        (None, None),
    ],
)
def test_a_role_stands_behind_a_name_without_what_only_stands_before_one(role: str | None, plain: str | None) -> None:
    assert plain_role(role) == plain


def test_who_is_cited_keeps_the_words_that_say_so(archive: Archive) -> None:
    first = archive.sentences_of("bridge")[0]
    mention = archive.attributions_of("bridge")[0].mention
    assert mention is not None
    assert speaker_in(archive, "bridge", first) == CitedSpeaker("Josh Earnest", "White House spokesman", mention)
