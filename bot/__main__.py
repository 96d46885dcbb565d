"""`python -m bot ...`: run the bot, chat in the terminal, ask one question or many."""

import argparse
import os
import sqlite3
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.terminal import CONVERSATION_ID, TerminalWatches, run_chat
from bot.app import (
    App,
    Core,
    build_admin,
    build_core,
    build_watcher,
    schedule_feeds,
)
from bot.commands import asking, evaluating, keeping, programs, watching
from bot.commands.preparing import ERRORS, prepare
from bot.errors import BotError
from bot.logs import configure_logging, log_warnings_only
from bot.settings import Settings
from bot.store import Store, only_one
from index.command_line import CommandLine, of_the_system, show_error
from index.errors import IndexingError

if TYPE_CHECKING:
    from bot.adapters.metrics import Metrics
    from bot.adapters.web import WebCore
    from bot.admin.services import AdminServices

_EXAMPLES = """examples:
  python -m bot run                                 Telegram, or the terminal if no token is set; and a browser
  python -m bot chat                                talk to it here
  python -m bot ask "Who brokered the ceasefire?"   one question
  python -m bot ask --json "Who is he?"             ... with everything a script wants to know
  python -m bot ask --jsonl questions.jsonl         many questions, one JSON object a line each
  python -m bot check speech.txt                     is each quotation in it in the articles, word for word?
  python -m bot digest --days 7                     what came in this week: a quote a story
  python -m bot key newsroom                        a key for a program that asks over HTTP
  python -m bot mcp                                 the articles as tools for a language model, by MCP
  python -m bot names "Bill Clinton = William Clinton"
                                                    one person under two names, for /said; A != B: two people
  python -m bot evaluate questions.jsonl --articles seeds
                                                    how well questions with known answers are answered
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 if it went well, 1 if not, 2 on misuse."""
    options = _command_line().parse(arguments)
    try:
        settings = Settings.from_environment(index=options.index)
        _configure_logging(settings, quiet=options.run is not _run or settings.telegram_bot_token is None)
        code: int = options.run(options, settings)
    except (BotError, IndexingError) as error:
        show_error(error, ERRORS)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the answers has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, sqlite3.Error) as error:
        show_error(BotError(of_the_system(error)), ERRORS)
        return 1
    return code


def _command_line() -> CommandLine:
    line = CommandLine("python -m bot", __doc__, _EXAMPLES)
    line.add("run", _run, "answer on Telegram, or with no token in the terminal; and in a browser")
    line.add("chat", _chat, "the same conversation in a terminal")
    for module in (asking, programs, evaluating, keeping, watching):
        module.add_to(line)
    return line


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if settings.telegram_bot_token is None:
        return _run_here(settings)
    # the Telegram library takes a second to import, and no other command needs it or what speaks HTTP
    from bot.adapters.metrics import Metrics
    from bot.adapters.telegram import build_service, config_from, leave, run
    from bot.adapters.web import build_website

    metrics = Metrics()
    with only_one(settings.database_url), Store.open(settings.database_url) as store:
        prepare(settings)
        core = build_core(settings, store, metrics.count_reply)
        admin = build_admin(core, settings, store)
        app = App(core.dialogue, core.checker, admin, store, core.corrections, core.brought)
        website = build_website(_web_core(settings, core, lambda: admin, metrics))
        with schedule_feeds(app):
            run(build_service(app, config_from(settings), metrics), website)
    leave()
    return 0


def _run_here(settings: Settings) -> int:
    """Talk in the terminal, if somebody is there, and in a browser."""
    ERRORS.print("TELEGRAM_BOT_TOKEN is not set (see .env.example): talking here instead.", highlight=False)
    if settings.web_listen is None:
        return _talk(settings)
    # these take a tenth of a second to import, and no other command needs them
    from bot.adapters.metrics import Metrics
    from bot.adapters.web import serve_alone, served_beside

    metrics = Metrics()
    with Store.open(settings.database_url) as store:
        prepare(settings)
        core = build_core(settings, store, metrics.count_reply)
        admin = cache(lambda: build_admin(core, settings, store))
        web = _web_core(settings, core, admin, metrics)
        if _nobody_types():
            serve_alone(web, _announce)
            return 0
        with served_beside(web, _announce):
            _chat_with(core, settings, store)
    return 0


def _announce(address: tuple[str, int]) -> None:
    # see _run_here
    from bot.adapters.web import shown

    ERRORS.print(f"In a browser: http://{shown(address)}/", highlight=False)


def _web_core(settings: Settings, core: Core, admin: Callable[[], "AdminServices"], metrics: "Metrics") -> "WebCore":
    # see _run_here
    from bot.adapters.web import WebCore, config_from, threads_for

    config = config_from(settings)
    return WebCore(core.dialogue, core.live, admin, metrics, config, core.corrections, threads_for(config))


def _nobody_types() -> bool:
    """Return whether standard input is the null device, as where a service manager starts the bot."""
    return sys.stdin is None or os.path.samestat(os.fstat(sys.stdin.fileno()), Path(os.devnull).stat())


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    return _talk(settings)


def _talk(settings: Settings) -> int:
    with Store.open(settings.database_url) as store:
        prepare(settings)
        core = build_core(settings, store)
        _chat_with(core, settings, store)
    return 0


def _chat_with(core: Core, settings: Settings, store: Store) -> None:
    def resolve(words: str) -> str:
        return core.dialogue.look_up(words).resolved_question or words

    watcher = build_watcher(core, settings, store)
    watches = TerminalWatches(CONVERSATION_ID, store, watcher, resolve, most=settings.watches_a_chat)
    run_chat(core.dialogue, core.checker, core.corrections, watches=watches)


def _configure_logging(settings: Settings, *, quiet: bool) -> None:
    """Send events to standard error, or only warnings where somebody reads the answers there."""
    if quiet:
        log_warnings_only()
        return
    given = (settings.telegram_bot_token, settings.webhook_secret, settings.llm_key)
    secrets = [secret.get_secret_value() for secret in given if secret]
    configure_logging(settings.log_level, settings.log_format, secrets)


if __name__ == "__main__":
    sys.exit(main())
