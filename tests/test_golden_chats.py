"""Golden chats as people type them, over the seeds and two made-up stories: what each message is understood as.

What is quoted is stated where no reader could well quote anything else.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from bot.adapters import wording
from bot.adapters.terminal import run_chat
from bot.adapters.terminal.lines import piped_lines
from bot.app import Models, build_dialogue
from bot.dialogue import Dialogue
from bot.reading.behind import BEHIND
from bot.settings import Settings
from bot.store import Store
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from tests.bot.fakes import small_checker

_GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class GoldenMessage:
    """`about`: the subject that is carried, and nothing else; one without it stands alone. `cites`: words of one of the
    quotes."""

    user: str
    about: str = ""
    cites: str = ""

    @property
    def resolved(self) -> str:
        """What it is understood as."""
        return f"{self.about}{BEHIND}{self.user}" if self.about else self.user

    @property
    def told(self) -> str:
        """What the reader is told that it was taken to be about; empty where nothing was added."""
        return f"{wording.ABOUT}{self.about}" if self.about else ""


_CHATS = [
    pytest.param([GoldenMessage(**turn) for turn in chat["turns"]], id=f"{path.stem}: {chat['name']}")
    for path in sorted((_GOLDEN / "chats").glob("*.yaml"))
    for chat in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.fixture(scope="module")
def stories_index(tmp_path_factory: pytest.TempPathFactory, seeds: Path, shipped_embedder: OnnxEmbedder) -> Path:
    """An index of the seeds and the made-up stories."""
    folder = tmp_path_factory.mktemp("stories-index")
    articles = [*read_articles(seeds), *read_articles(_GOLDEN / "stories")]
    DiskLibrary(folder).rebuild(articles, shipped_embedder)
    return folder


@pytest.fixture
def chat_dialogue(stories_index: Path, models: Models) -> Iterator[Dialogue]:
    """The bot as it ships, over these, remembering nothing."""
    with Store.in_memory() as store:
        yield build_dialogue(Settings.from_environment(index=stories_index), store, models=models)


@pytest.mark.parametrize("chat", _CHATS)
def test_each_message_is_understood_and_nothing_piles_up(chat: list[GoldenMessage], chat_dialogue: Dialogue) -> None:
    replies = [chat_dialogue.reply("c", message.user) for message in chat]

    assert [reply.resolved_question for reply in replies] == [message.resolved for message in chat]
    for message, reply in zip(chat, replies, strict=True):
        assert any(message.cites in citation.quote.text for citation in reply.citations) or not message.cites


@pytest.mark.parametrize("chat", _CHATS)
def test_the_terminal_tells_what_was_added(chat: list[GoldenMessage], chat_dialogue: Dialogue) -> None:
    console = Console(file=io.StringIO(), width=80)

    run_chat(
        chat_dialogue, small_checker(), console=console, lines=piped_lines([message.user for message in chat], console)
    )

    assert isinstance(console.file, io.StringIO)
    _, *blocks = console.file.getvalue().split("\n> ")
    for message, block in zip(chat, blocks, strict=True):
        second_line = block.split("\n")[1]
        assert second_line == message.told or not (message.told or second_line.startswith(wording.ABOUT))
