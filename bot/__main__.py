"""`python -m bot ...`: run the bot, chat in the terminal, ask one question or many."""

import argparse
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rich.console import Console

from bot.adapters.jsonl import ask, read_questions, reply_as_json
from bot.adapters.terminal import run_chat, show_reply
from bot.app import App, build_app, build_first_index
from bot.errors import BotError
from bot.settings import Settings
from bot.store import Store
from index.errors import IndexingError
from index.progress import announce_preparation, show_progress

_EXAMPLES = """examples:
  python -m bot run                                 Telegram, or the terminal if no token is set
  python -m bot chat                                talk to it here
  python -m bot ask "Who brokered the ceasefire?"   one question
  python -m bot ask --json "Who is he?"             ... with everything a script wants to know
  python -m bot ask --jsonl questions.jsonl         many questions, one JSON object a line each
"""
_errors = Console(stderr=True)


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 if it went well, 1 if not, 2 on misuse."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(index=options.index)
        _configure_logging(settings, quiet=options.run is not _run)
        code: int = options.run(options, settings)
    except (BotError, IndexingError) as error:
        _errors.print(f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m bot", description=__doc__, epilog=_EXAMPLES, formatter_class=shape)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, help: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help, description=help, epilog=_EXAMPLES, formatter_class=shape)
        one.add_argument("--index", metavar="DIR", type=Path, help="the index folder (default: INDEX, else var/index)")
        one.set_defaults(run=run)
        return one

    command("run", _run, "answer on Telegram; with no token set, in the terminal")
    command("chat", _chat, "the same conversation in a terminal")
    one = command("ask", _ask, "ask one question, or a file of them")
    one.add_argument("question", nargs="?", help="the question")
    one.add_argument("--json", action="store_true", help="answer as one JSON object")
    one.add_argument("--jsonl", metavar="FILE", help="questions, a JSON object a line; - for standard input")
    return parser


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if settings.telegram_bot_token is None:
        _errors.print("TELEGRAM_BOT_TOKEN is not set (see .env.example): talking here instead.", highlight=False)
        return _chat(options, settings)
    # the Telegram library takes a second to import and no other command needs it
    from bot.adapters.telegram import TelegramConfig, build_application, run_polling

    config = TelegramConfig(
        settings.telegram_bot_token.get_secret_value(),
        settings.telegram_api_url,
        settings.telegram_file_url,
        settings.admin_ids,
        settings.allowed_ids,
    )
    with _app(settings, Store.open(settings.database_url)) as app:
        run_polling(build_application(app.dialogue, app.newsroom, config))
    return 0


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    with _app(settings, Store.open(settings.database_url)) as app:
        run_chat(app.dialogue)
    return 0


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if (options.question is None) == (options.jsonl is None):
        _errors.print('error: give either a "question" or --jsonl FILE', style="red", highlight=False)
        return 2
    with _app(settings, Store.in_memory(), first_index=False) as app:
        if options.question is not None:
            reply = app.dialogue.reply("ask", options.question)
            if options.json:
                print(json.dumps(reply_as_json(reply), ensure_ascii=False))
            else:
                show_reply(reply)
            return 0
        with _lines(options.jsonl) as lines:
            for number, asked in enumerate(read_questions(lines)):
                print(json.dumps(ask(app.dialogue, asked, f"ask:{number}"), ensure_ascii=False), flush=True)
    return 0


@contextmanager
def _app(settings: Settings, store: Store, *, first_index: bool = True) -> Iterator[App]:
    """The app, with an index of the configured articles made first if there is none yet."""
    with closing(store):
        announce_preparation(_errors, settings)
        if first_index:
            with show_progress(_errors) as listener:
                build_first_index(settings, listener)
        yield build_app(settings, store)


@contextmanager
def _lines(path: str) -> Iterator[Iterator[str]]:
    if path == "-":
        yield sys.stdin
        return
    try:
        with Path(path).open(encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise BotError(f"{path} cannot be read: {error.strerror}") from error


def _configure_logging(settings: Settings, *, quiet: bool) -> None:
    """Events to standard error; only warnings where somebody reads the answers there."""
    level = logging.WARNING if quiet else getattr(logging, settings.log_level)
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for name in (
        "httpx",
        "httpcore",
        "bm25s",
        "alembic",
    ):  # httpx logs addresses, which hold the token; bm25s sets DEBUG
        logging.getLogger(name).setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
