"""What the programs `python -m index` and `python -m bot` share: commands with help, examples and --index."""

import argparse
from collections.abc import Callable
from pathlib import Path

from rich.console import Console


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
    console.print(f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
