"""Commands on what is kept: whose names are one person's, and the database."""

import argparse
from contextlib import ExitStack

from bot.admin.names import keep_correction, listed, read_correction
from bot.errors import InvalidCorrection
from bot.settings import Settings
from bot.store import Store, copy_database, only_one
from index.command_line import CommandLine

_NAMES_EXAMPLES = """examples:
  python -m bot names                                     what was said so far
  python -m bot names "Bill Clinton = William Clinton"    one person
  python -m bot names "John Smith != Jon Smith"           two people
  python -m bot names "John Smith ~ Jon Smith"            leave it to the rules again
"""
_DATABASE_EXAMPLES = """examples:
  python -m bot database copy sqlite:///var/newsquote.db postgresql+psycopg://newsquote:PASSWORD@db/newsquote
  python -m bot database copy postgresql+psycopg://newsquote:PASSWORD@db/newsquote sqlite:///var/newsquote.db
"""


def add_to(line: CommandLine) -> None:
    """Add the commands."""
    names = line.add("names", _names, "say which names are one person's, and which are two people's; alone: list that")
    names.epilog = _NAMES_EXAMPLES
    names.add_argument("correction", nargs="?", help='"A = B": one person, "A != B": two people, "A ~ B": forget that')
    database = line.add("database", _database, "move what is kept to another database")
    database.epilog = _DATABASE_EXAMPLES
    database.add_argument("action", choices=["copy"], help="what to do")
    database.add_argument("source", metavar="FROM", help="SQLAlchemy URL of the database to read; no bot may use it")
    database.add_argument("target", metavar="TO", help="SQLAlchemy URL of a database without anything of a bot's")


def _names(options: argparse.Namespace, settings: Settings) -> int:
    with Store.open(settings.database_url) as store:
        if options.correction is not None:
            correction = read_correction(options.correction)
            if not keep_correction(correction, store.names, by="shell:0"):
                raise InvalidCorrection(f"Nothing was said of {correction.one} and {correction.other}.")
        for line in listed(store.names.corrections()):
            print(line)
    return 0


def _database(options: argparse.Namespace, settings: Settings) -> int:
    with ExitStack() as held:
        for url in (options.source, options.target):
            held.enter_context(only_one(url))
        for name, count in copy_database(options.source, options.target).items():
            print(f"{count:>9,} {name}")
    return 0
