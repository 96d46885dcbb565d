"""In which language a message is, as far as the articles' own words tell."""

from pathlib import Path

from bot.replying.telling import in_english
from index import Article
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder


def test_one_word_that_the_articles_hold_is_of_no_other_language(tmp_path: Path) -> None:
    asked = "nato"

    assert in_english(asked, _over("The summit of Nato opened in Vilnius.", tmp_path / "held")) == (asked, None)
    assert in_english(asked, _over("The ferry sailed.", tmp_path / "not held")) == ("born", "it")


def _over(text: str, folder: Path) -> Retriever:
    embedder = HashingEmbedder()
    library = DiskLibrary(folder)
    library.rebuild([Article("one", "News", text)], embedder)
    return Retriever(library.open_current(embedder), embedder)
