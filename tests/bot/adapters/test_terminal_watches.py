"""The terminal tells once, before the next answer, what has arrived of what is watched there."""

import io
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from bot.adapters import wording
from bot.adapters.terminal import CONVERSATION_ID, TerminalWatches, run_chat, texts
from bot.answering import Answerer
from bot.app import watcher_store
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.store import Store
from bot.watches.watcher import Watcher
from index import Article
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.examples import BRIDGE, FERRY, OPENED, answer
from tests.bot.fakes import ScriptedDialogue, small_checker
from tests.bot.telegram.running_bot import shipped_models

_WORDS = "When does the ferry run again?"
_AGAIN = Article(
    "again", "Ferry runs again", "The ferry runs again from 2 July. The council bought it for 300,000 euros.", "Courier"
)
_NEWS = [f"New on what you watch: {_WORDS}", "“The ferry runs again from 2 July.”", "Ferry runs again", "Courier"]
_Step = str | Callable[[], None]


class _Desk:
    """A terminal, and the articles that arrive while somebody sits there; every chat is a process of its own."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._library, self._embedder = DiskLibrary(folder), shipped_models().embedder
        self._library.rebuild([FERRY, BRIDGE], self._embedder)
        self._live, self.store = LiveIndex(self._library, self._embedder), store

    def arrive(self, *articles: Article) -> None:
        self._library.add(articles, self._embedder)
        self._live.refresh()

    def chat(self, *steps: _Step, most: int = 10) -> list[list[str]]:
        """Return what is shown at the start and after each line; what is no line is done while the prompt waits."""
        shown: list[str] = []
        output = io.StringIO()

        def lines() -> Iterator[str]:
            for step in steps:
                if isinstance(step, str):
                    shown.append(output.getvalue())
                    yield step
                else:
                    step()

        answerer = Answerer(PassageReader(shipped_models().scorer, shipped_weights()))
        watcher = Watcher(self._live, answerer, watcher_store(self.store), alerts_a_day=0)
        watches = TerminalWatches(CONVERSATION_ID, self.store, watcher, lambda words: words, most=most)
        dialogue = ScriptedDialogue([answer()])
        run_chat(dialogue, small_checker(), watches=watches, console=Console(file=output), lines=lines())
        shown.append(output.getvalue().removesuffix(f"{texts.GOODBYE}\n"))
        greeting = len(texts.greeting(dialogue.sources())) + 2
        parts = [shown[0][greeting:], *(after.removeprefix(before) for before, after in pairwise(shown))]
        return [[line.strip().removeprefix("[1] ") for line in part.splitlines() if line.strip()] for part in parts]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[_Desk]:
    with Store.in_memory() as store:
        yield _Desk(tmp_path, store)


def test_what_arrives_while_the_prompt_waits_is_told_once_above_the_next_answer(desk: _Desk) -> None:
    _, watching, told, again = desk.chat(f"/watch {_WORDS}", lambda: desk.arrive(_AGAIN), "Who opened it?", "")
    assert watching == [texts.watching(_WORDS)]
    assert told[:4] == _NEWS
    assert f"“{OPENED.quote.text}”" in told[4:]
    assert again == []


def test_what_arrived_between_two_chats_is_told_at_the_start_of_the_second(desk: _Desk) -> None:
    desk.chat(f"/watch {_WORDS}")
    desk.arrive(_AGAIN)
    assert [desk.chat(), desk.chat("")] == [[_NEWS], [[], []]]


def test_what_was_there_when_something_is_first_watched_is_no_news(desk: _Desk) -> None:
    desk.chat("/watch When did the tower open?")
    desk.chat("/watches delete 1")
    desk.arrive(_AGAIN)
    assert desk.chat(f"/watch {_WORDS}", "")[2] == []


def test_the_list_pauses_goes_on_and_deletes_by_number(desk: _Desk) -> None:
    desk.chat(f"/watch {_WORDS}", "/watch said Ada Brook")
    heading, hint = texts.WATCHES_HEADING, texts.CHANGE_A_WATCH
    _, paused, deleted, resting, resumed, later = desk.chat(
        "/watches pause 1", "/watches delete 2", lambda: desk.arrive(_AGAIN), "", "/watches resume 1", ""
    )
    assert paused == [heading, f"1  {_WORDS} (paused)", "2  What did Ada Brook say?", hint]
    assert deleted == [heading, f"1  {_WORDS} (paused)", hint]
    assert (resting, later) == ([], [])
    assert resumed == [heading, f"1  {_WORDS}", hint]
    assert desk.chat("/watches delete 1")[1] == [texts.NOTHING_WATCHED]


@pytest.mark.parametrize("change", ["pause", "pause 0", "pause 2", "pause one", "burn 1", "delete -1"])
def test_a_change_that_names_no_watch_changes_nothing(desk: _Desk, change: str) -> None:
    desk.chat(f"/watch {_WORDS}")
    before = desk.store.watches.of(CONVERSATION_ID, 0)
    assert desk.chat(f"/watches {change}")[1] == [texts.NO_SUCH_WATCH]
    assert desk.store.watches.of(CONVERSATION_ID, 0) == before


def test_nothing_and_too_much_are_not_watched(desk: _Desk) -> None:
    _, nothing, _, full = desk.chat("/watch", f"/watch {_WORDS}", "/watch Who owns the ferry?", most=1)
    assert (nothing, full) == ([texts.WHAT_TO_WATCH], [texts.too_much_watched(1)])


def test_forget_deletes_what_is_watched_and_what_was_told(desk: _Desk) -> None:
    desk.chat(f"/watch {_WORDS}", lambda: desk.arrive(_AGAIN), "")
    assert desk.store.watches.told(["terminal:"], most=9) != []
    assert desk.chat("/forget", "/watches")[1:] == [[wording.ALL_DELETED], [texts.NOTHING_WATCHED]]
    assert desk.store.watches.told(["terminal:"], most=9) == []
