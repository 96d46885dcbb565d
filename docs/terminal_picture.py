"""Draws docs/terminal.svg: a real conversation in the terminal. Run `python -m docs.terminal_picture` after changes."""

import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from rich.console import Console

from bot.adapters.terminal import run_chat
from bot.app import build_core, build_first_index
from bot.settings import Settings
from bot.store import Store

_LINES = (
    "Who brokered the ceasefire?",
    "When did the violence erupt?",
    "Where did Pashinyan and Aliyev meet?",
    "When was that?",
    "What is the capital of France?",
)


def main() -> None:
    """Ask over a fresh index of the seeds and save what the terminal shows."""
    console = Console(record=True, width=104, force_terminal=True, color_system="truecolor", file=StringIO())
    with tempfile.TemporaryDirectory() as folder, Store.in_memory() as store:
        settings = Settings.from_environment(index=Path(folder))
        build_first_index(settings)
        core = build_core(settings, store)
        run_chat(core.dialogue, core.checker, console=console, lines=_typed(console))
    console.save_svg(str(Path(__file__).parent / "terminal.svg"), title="python -m bot chat")


def _typed(console: Console) -> Iterator[str]:
    """Yield the lines, shown as they would be on being typed."""
    for line in _LINES:
        console.print(f"> {line}", style="bold", highlight=False)
        yield line


if __name__ == "__main__":
    main()
