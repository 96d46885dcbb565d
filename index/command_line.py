"""What the programs `python -m index` and `python -m bot` share: commands with help, examples and --index."""

import argparse
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
# Controls but for tab and line feed, what reorders letters on the screen, and what has no UTF-8.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class CommandLine:
    """A program of several commands; parsed options hold the function of the one that was asked for as `run`."""

    def __init__(self, program: str, description: str | None, examples: str) -> None:
        self._examples = examples
        self._parser = argparse.ArgumentParser(
            program, description=description, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        self._commands = self._parser.add_subparsers(required=True, metavar="COMMAND")

    def add(self, name: str, run: Callable[..., int], help: str) -> argparse.ArgumentParser:
        """Return a new command, to which arguments of its own may be added."""
        command = self._commands.add_parser(
            name,
            help=help,
            description=help,
            epilog=self._examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        index_help = "the index folder (default: INDEX, else var/index)"
        command.add_argument("--index", metavar="DIR", type=Path, help=index_help)
        command.set_defaults(run=run)
        return command

    def parse(self, arguments: list[str] | None) -> argparse.Namespace:
        """Return the options given; misuse ends the program with 2."""
        return self._parser.parse_args(arguments)


def show_error(error: Exception, console: Console) -> None:
    """Tell the person at the keyboard what went wrong, in the error's own words."""
    console.print(f"error: {visible(str(error))}", style="red", markup=False, highlight=False, soft_wrap=True)


def visible(text: str) -> str:
    """Return the text with every character that could steer a terminal shown as a sign of its own."""
    return _UNSAFE.sub(_sign_for, _LINE_END.sub("\n", text))


def _sign_for(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def of_the_system(error: OSError | sqlite3.Error) -> str:
    """Return what to tell of a disk that is full, a folder that may not be written, a database that is damaged."""
    where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (
        f"the system refused: {what}{where}. What was in service stays as it was. Check the space on the disk and the "
        "permissions of the folders, then try again."
    )
