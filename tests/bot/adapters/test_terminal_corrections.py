"""The terminal tells above the next answer what has changed of what it quoted."""

import io
from pathlib import Path

from rich.console import Console

from bot.adapters import wording
from bot.adapters.terminal import run_chat, texts
from bot.adapters.terminal.lines import piped_lines
from bot.store import Store
from tests.bot.corrections.newsroom import COST, LANES, Newsroom
from tests.bot.examples import answer
from tests.bot.fakes import ScriptedDialogue, small_checker


def _chat(room: Newsroom, line: str = "Who opened it?") -> str:
    output = io.StringIO()
    console = Console(file=output, width=100)
    dialogue = ScriptedDialogue([answer()])
    run_chat(dialogue, small_checker(), room.desk, console=console, lines=piped_lines([line], console))
    return output.getvalue()


def test_a_change_is_told_once_above_the_next_answer_with_what_differs_and_where_it_is(tmp_path: Path) -> None:
    with Store.in_memory() as store:
        room = Newsroom(tmp_path, store)
        room.quote("terminal", f"{LANES} {COST}")
        room.revise("4.2", "4.8")
        room.revise(LANES, "")
        told = " ".join(_chat(room).split())
        gone, changed = f"[-{LANES}-] {wording.WORDS_GONE}", COST.replace("4.2", "[-4.2-][+4.8+]")
        for part in (wording.CHANGED_SINCE_QUOTED, gone, changed, "https://courier.example/bridge"):
            assert part in told
        assert told.index(changed) < told.index("Ada Brook")
        assert wording.CHANGED_SINCE_QUOTED not in _chat(room)


def test_the_last_ones_are_listed_on_request_each_with_its_article(tmp_path: Path) -> None:
    with Store.in_memory() as store:
        room = Newsroom(tmp_path, store)
        room.quote("terminal", f"{LANES} {COST}")
        assert texts.NO_CORRECTIONS in _chat(room, "/corrections")
        room.revise("4.2", "4.8")
        _chat(room)
        listed = " ".join(_chat(room, "/corrections").split())
        for part in (texts.LAST_CORRECTIONS, COST.replace("4.2", "[-4.2-][+4.8+]"), "https://courier.example/bridge"):
            assert part in listed
