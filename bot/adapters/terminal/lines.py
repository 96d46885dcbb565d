"""Where the lines of a chat come from: a keyboard with editing and history, or a pipe."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
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


def all_of(lines: Iterable[str]) -> Generator[str, None, None]:
    """Yield the same lines from something that can be closed, so that a line history is kept after /quit."""
    yield from lines


def replace_what_cannot_be_coded(stream: object) -> None:
    """Show a question mark, and raise no error, for what a terminal that is not UTF-8 cannot show."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")


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
