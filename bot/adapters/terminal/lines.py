"""Where the lines of a chat come from: a keyboard with editing and history, or a pipe."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from rich.console import Console

from bot.adapters.terminal.display import one_line

_REMEMBERED_LINES = 1000


def typed_lines(console: Console, history: Path) -> Iterator[str]:
    """Yield lines as they are typed; Ctrl-C drops the line, Ctrl-D ends them. `history` keeps earlier ones."""
    import readline  # not at the top: where output is no terminal, importing it may write an escape sequence

    with _kept(readline, history):
        while True:
            try:
                line = input("> ")
            except KeyboardInterrupt:
                console.line()
                continue
            except EOFError:
                console.line()
                return
            yield line


def piped_lines(lines: Iterable[str], console: Console) -> Iterator[str]:
    """Yield the lines that are not empty, each shown first, so that what comes out reads as a conversation."""
    for line in lines:
        if line.strip():
            console.out(f"> {one_line(line)}", highlight=False)
            yield line


@contextmanager
def _kept(readline: ModuleType, history: Path) -> Iterator[None]:
    """Keep the line history of the block in a file that only its owner can read; go without one if that fails."""
    readline.set_history_length(_REMEMBERED_LINES)
    with suppress(OSError):
        readline.read_history_file(history)
    try:
        yield
    finally:
        with suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True)
            history.touch(mode=0o600)
            readline.write_history_file(history)
