"""Which articles a reply of several quotes is gathered from."""

from pathlib import Path

import pytest

from bot.composing.on_subject import on_the_subject
from index import Article, Query
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder

_STRIKES = [
    Article("actors", "Actors walk out", "The strike in Hollywood began in July. Studios stand still since."),
    Article("planes", "Workers reject offer", "The strike at the plane maker goes on, and nobody knows how long."),
    Article("docks", "Port is closed", "Dock workers are on strike, and so are actors in Hollywood, it is said."),
    *(Article(f"other {n}", f"Story {n}", f"Mayor {n} opened bridge {n} in spite of the strike.") for n in range(9)),
]


@pytest.mark.parametrize(
    ("asked", "gathered"),
    [
        ("hollywood strike when did it end", {"actors", "docks"}),
        ("strike when did it end", {"actors", "planes", "docks"}),
        ("when did it end", {"actors", "planes", "docks"}),
    ],
)
def test_articles_that_hold_little_of_what_is_named_are_left_out(
    asked: str, gathered: set[str], tmp_path: Path
) -> None:
    retriever = _over(_STRIKES, tmp_path)
    hits = [hit for hit in retriever.search(Query("strike"), 20) if not hit.passage.article_id.startswith("other")]

    kept = on_the_subject(asked, hits, retriever)

    assert {hit.passage.article_id for hit in hits} == {"actors", "planes", "docks"}
    assert {hit.passage.article_id for hit in kept.hits} == gathered
    assert kept.are_about_it


def test_of_articles_that_only_mention_what_is_named_the_sentences_are_kept_that_do(tmp_path: Path) -> None:
    long = "The ban names nineteen countries, and officials gave a reason for each. " * 6
    retriever = _over([Article("ban", "Travel ban", f"{long}Among them is Sudan. Lawyers prepare to sue.")], tmp_path)
    hits = retriever.search(Query("sudan"), 5)

    kept = on_the_subject("whats going on in sudan", hits, retriever)

    text = retriever.archive.article("ban").text
    assert [one.slice(text) for hit in kept.hits for one in hit.passage.sentences] == ["Among them is Sudan."]
    assert not kept.are_about_it


def test_a_name_counts_that_no_article_begins_with(tmp_path: Path) -> None:
    long = "Flames spread through dry grass, and crews came from far away to fight them. " * 6
    fires = [
        Article("world", "Fires around the world", f"{long}The worst were on Maui."),
        Article("coast", "Fires at the coast", "Two barns burned down near the harbour, and nobody was hurt by it."),
    ]
    retriever = _over(fires, tmp_path)

    kept = on_the_subject("maui fires", retriever.search(Query("fires"), 5), retriever)

    assert {hit.passage.article_id for hit in kept.hits} == {"world"}
    assert kept.are_about_it


def _over(articles: list[Article], folder: Path) -> Retriever:
    embedder = HashingEmbedder()
    library = DiskLibrary(folder)
    library.rebuild(articles, embedder)
    return Retriever(library.open_current(embedder), embedder)
