"""What commands share: where they tell of errors, the texts they are given, what has to be there before they answer."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

from bot.app import build_first_index
from bot.errors import BotError
from bot.settings import Settings
from index.progress import announce_preparation, show_progress

ERRORS: Final = Console(stderr=True)


def prepare(settings: Settings, *, first_index: bool = True) -> None:
    """Say what takes long, and index the configured articles if nothing is indexed yet."""
    announce_preparation(ERRORS, settings)
    if first_index:
        with show_progress(ERRORS) as listener:
            build_first_index(settings, listener)


def text_of(path: str) -> str:
    """Return a whole file, or standard input for "-", character for character."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise BotError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BotError(f"{path} is not UTF-8 text ({error})") from error


@contextmanager
def lines_of(path: str) -> Iterator[Iterator[str]]:
    """Open a file, or standard input for "-", for the length of a block: its lines."""
    if path == "-":
        yield sys.stdin
        return
    try:
        file = Path(path).open(encoding="utf-8-sig")  # noqa: SIM115  # closed below; only opening may fail here
    except OSError as error:
        raise BotError(f"{path} cannot be read: {error.strerror}") from error
    with file:
        yield file
