"""The command on what is watched: how much, and how many chats articles would alert."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import build_core, build_watcher
from bot.commands.preparing import ERRORS, prepare
from bot.settings import Settings
from bot.store import Store
from index.article import Skipped
from index.command_line import CommandLine
from index.ingest.sources import read_articles

_EXAMPLES = """examples:
  python -m bot watches              how much is watched, and what came of it in a week
  python -m bot watches story.txt    how many chats would be told of these articles, if they were added now
"""


def add_to(line: CommandLine) -> None:
    """Add the command."""
    watches = line.add("watches", _watches, "say how much is watched, or how many chats articles would alert")
    watches.epilog = _EXAMPLES
    watches.add_argument("articles", nargs="?", metavar="PATH", type=Path, help="a file or folder of articles")


def _watches(options: argparse.Namespace, settings: Settings) -> int:
    with Store.open(settings.database_url) as store:
        if options.articles is not None:
            _foretell(options.articles, settings, store)
            return 0
        counts = store.watches.counts(datetime.now(UTC) - timedelta(days=7))
        print(f"{counts.watches} watched in {counts.chats} chats, {counts.alerts} alerts in a week")
    return 0


def _foretell(articles: Path, settings: Settings, store: Store) -> None:
    prepare(settings)
    watcher = build_watcher(build_core(settings, store), settings, store)
    for item in read_articles(articles):
        if isinstance(item, Skipped):
            ERRORS.print(f"{item.name}: {item.reason}", markup=False, highlight=False)
        else:
            print(f"{item.id}: would alert {watcher.chats_told_of([item])} chats")
