"""What arrives is looked through once, whatever dies in between, and what a chat has heard is not told again."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answering import Answerer, quote_passage
from bot.app import watcher_store
from bot.errors import StoreUnavailable
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.store import Store
from bot.watches.matching import Match, Matching
from bot.watches.telling import Telling
from bot.watches.watch import AlertState, new_watch
from bot.watches.watcher import Watcher
from index import Article, Span
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.examples import BRIDGE, FERRY
from tests.bot.telegram.running_bot import shipped_models

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
_AGAIN = Article(
    "again", "Ferry runs again", "The ferry runs again from 2 July. The council bought it for 300,000 euros.", "Courier"
)
_COPY = replace(_AGAIN, id="copy", title="The ferry is back", source="Gazette")
_LATER = Article(
    "later", "Ferry to run again later", "The ferry runs again only from 9 July, the council said.", "Courier"
)
_ELSEWHERE = Article(
    "lift", "A lift for the tower", "The tower of Skarn gets a lift for 90,000 euros in April.", "Courier"
)
_WORDS = "When does the ferry run again?"


@dataclass
class Stage:
    library: DiskLibrary
    store: Store
    live: LiveIndex
    file: Path

    def arrive(self, *articles: Article) -> None:
        self.library.add(articles, shipped_models().embedder)
        self.live.refresh()

    def watcher(self, store: Store | None = None) -> Watcher:
        answerer = Answerer(PassageReader(shipped_models().scorer, shipped_weights()))
        return Watcher(self.live, answerer, watcher_store(store or self.store), alerts_a_day=2, now=lambda: NOON)

    def watch(self, chat: str, words: str = _WORDS) -> None:
        assert self.store.watches.add(new_watch(chat, 0, words, NOON), chat, None, most=10) is not None

    def quotes(self, state: AlertState = AlertState.DUE) -> list[tuple[str, list[str]]]:
        """The chat and the quotes of each alert."""
        found = []
        for alert in self.store.watches.alerts(state):
            reply = self.store.load_reply(alert.reply_id)
            assert reply is not None
            found.append((alert.chat, [one.quote.text for one in reply.citations]))
        return found


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    library, embedder = DiskLibrary(tmp_path / "index"), shipped_models().embedder
    library.rebuild([FERRY, BRIDGE], embedder)
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        yield Stage(library, store, LiveIndex(library, embedder), tmp_path / "store.db")


def test_what_was_there_before_sets_nothing_off_and_what_arrives_does_once(stage: Stage) -> None:
    stage.watch("tg:7", "When did the ferry run for the last time?")
    stage.watch("tg:7")
    watcher = stage.watcher()
    assert watcher.look() == 0
    stage.arrive(_AGAIN)
    assert [watcher.look(), watcher.look(), stage.watcher().look()] == [1, 0, 0]
    assert stage.quotes() == [("tg:7", ["The ferry runs again from 2 July."])]


def test_a_near_copy_and_the_same_news_are_not_told_again_but_what_is_new_is(stage: Stage) -> None:
    stage.watch("tg:7")
    watcher = stage.watcher()
    watcher.look()
    for article in (_AGAIN, _COPY, _LATER):
        stage.arrive(article)
        watcher.look()
    [_, (_, later)] = stage.quotes()
    assert later == ["The ferry runs again only from 9 July, the council said."]
    reply = stage.store.load_reply(stage.store.watches.alerts(AlertState.DUE)[1].reply_id)
    assert reply is not None
    [cited] = reply.citations
    assert [span.slice(_LATER.text) for span in cited.highlights] == ["9", "council"]


def test_of_an_article_that_was_quoted_no_longer_quote_with_the_same_sentence_is_told(stage: Stage) -> None:
    stage.arrive(_AGAIN)
    retriever = stage.live.retriever()
    article = retriever.archive.article(_AGAIN.id)
    [first, second, *_] = retriever.archive.sentences_of(article.id)
    short, long = (
        quote_passage(article, spans, retriever.archive) for spans in ([first], [Span(first.start, second.end)])
    )
    assert short is not None
    assert long is not None
    telling = Telling([(short.citations[0].quote.text, article.id)], retriever.archive)
    assert list(telling.news_of([Match(new_watch("tg:7", 0, _WORDS, NOON), long)])) == []


def test_of_two_things_in_one_town_only_what_is_watched_is_told(stage: Stage) -> None:
    stage.watch("tg:7", "When does the tunnel of Skarn open again?")
    watcher = stage.watcher()
    watcher.look()
    for thing, day in (("theatre", "2 May"), ("tunnel", "3 June")):
        text = f"The {thing} of Skarn will open again on {day}, the council decided."
        stage.arrive(Article(thing, f"Skarn: the {thing}", text, "Courier"))
        watcher.look()
    assert stage.quotes() == [("tg:7", ["The tunnel of Skarn will open again on 3 June, the council decided."])]


def test_a_sentence_that_only_says_that_people_ask_it_is_not_told(stage: Stage) -> None:
    stage.watch("tg:7", "When does the tunnel of Skarn open again?")
    watcher = stage.watcher()
    watcher.look()
    asked = "People in Skarn walk past the tunnel and ask what repairs cost and when it will open again."
    stage.arrive(Article("idle", "Skarn: the tunnel", asked, "Courier"))
    assert watcher.look() == 0
    told = "Asked when the tunnel of Skarn would open again, the mayor said that it would on 3 June."
    stage.arrive(Article("told", "Skarn: the tunnel", told, "Courier"))
    assert watcher.look() == 1


def test_of_what_somebody_said_in_many_articles_that_arrive_at_once_nothing_is_lost_or_said_twice(
    stage: Stage,
) -> None:
    stage.watch("tg:7", "/said Nora Vale")
    watcher = stage.watcher()
    watcher.look()
    said = [
        f"“The {thing} of {place} will cost {cost} euros,” said Nora Vale, the mayor."
        for thing, place, cost in (
            ("bridge", "Skarn", 4100),
            ("school", "Tarn", 5200),
            ("harbour", "Holm", 6300),
            ("library", "Lund", 7400),
            ("theatre", "Brede", 8500),
            ("market", "Marlow", 9600),
            ("market", "Marlow", 9600),
        )
    ]
    articles = [Article(f"said/{number}", f"Report {number}", text, "Courier") for number, text in enumerate(said)]
    stage.arrive(*articles)
    assert watcher.look() == 2
    assert [(chat, len(quotes)) for chat, quotes in stage.quotes()] == [("tg:7", 3), ("tg:7", 3)]
    assert sorted(quote for _, quotes in stage.quotes() for quote in quotes) == sorted(set(said))


def test_a_store_that_fails_in_between_loses_nothing_and_repeats_nothing(stage: Stage) -> None:
    stage.watch("tg:7")
    stage.watcher().look()
    stage.arrive(_AGAIN)
    watcher = stage.watcher()
    with sqlite3.connect(stage.file) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON alerts BEGIN SELECT RAISE(ABORT, 'full'); END")
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            watcher.look()
    with sqlite3.connect(stage.file) as connection:
        connection.execute("DROP TRIGGER full")
    assert [watcher.look(), watcher.look()] == [1, 0]
    assert len(stage.quotes()) == 1


def test_many_questions_about_one_article_are_read_a_few_at_a_time_and_each_is_told_once(stage: Stage) -> None:
    wordings = (
        *("When does the ferry run again?", "when will the ferry run again", "on which day does the ferry run again?"),
        *("From which day on does the ferry run again?", "ferry runs again when", "ferry runs again"),
    )
    for number, words in enumerate(wordings):
        stage.watch(f"tg:{number}", words)
    stage.watcher().look()
    stage.arrive(_AGAIN)
    retriever, given_way = stage.live.retriever(), list[int]()
    watched = stage.store.watches.active()
    rounds = Matching(watched, retriever.embed, retriever).rounds([_AGAIN.id], retriever)
    assert [len(one) for one in rounds] == [4, 2]
    odds = [one.about for candidacies in rounds for one in candidacies]
    assert odds == sorted(odds, reverse=True)
    stops = iter((False, False, True))  # before the batch, its first round and its second
    stopped = stage.watcher().look(lambda: next(stops), lambda: given_way.append(1))
    assert (stopped, len(given_way)) == (4, 8)  # between questions, and between chats
    assert [stage.watcher().look(), stage.watcher().look()] == [2, 0]
    assert sorted(chat for chat, _ in stage.quotes()) == [f"tg:{number}" for number in range(6)]


def test_of_two_that_look_at_the_same_time_one_tells(stage: Stage) -> None:
    stage.watch("tg:7")
    one, other = stage.watcher(), stage.watcher()
    assert [one.look(), other.look()] == [0, 0]
    stage.arrive(_AGAIN)
    assert [one.look(), other.look(), other.look()] == [1, 0, 0]
    assert len(stage.quotes()) == 1


def test_what_is_over_a_days_number_is_held_and_each_chat_is_told_for_itself(stage: Stage) -> None:
    stage.store.chat_settings.change("tg:8", lambda settings: replace(settings, alerts_a_day=0))
    for chat in ("tg:7", "tg:8"):
        stage.watch(chat)
    watcher = stage.watcher()
    watcher.look()
    stage.arrive(_AGAIN)
    assert watcher.look() == 2
    quotes = ["The ferry runs again from 2 July."]
    assert stage.quotes() == [("tg:7", quotes)]
    assert stage.quotes(AlertState.HELD) == [("tg:8", quotes)]


def test_how_many_chats_an_article_would_be_told_to_is_known_before_it_is_added(stage: Stage) -> None:
    for chat in ("tg:7", "tg:8"):
        stage.watch(chat)
    watcher = stage.watcher()
    watcher.look()
    assert [watcher.chats_told_of([article]) for article in (_AGAIN, _ELSEWHERE)] == [2, 0]
    assert stage.live.retriever().archive.find("again") is None
