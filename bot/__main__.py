"""`python -m bot ...`: run the bot, chat in the terminal, ask one question or many."""

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from bot.adapters.check_json import checked_as_json
from bot.adapters.digest_json import digest_as_json
from bot.adapters.jsonl import AskedQuestion, ask, read_questions, reply_as_json
from bot.adapters.permalinks import permalinks_from
from bot.adapters.terminal import run_chat, show_checked, show_digest, show_reply
from bot.admin.names import keep_correction, listed, read_correction
from bot.api_keys import KeyScope, make_key
from bot.app import (
    App,
    Core,
    build_admin,
    build_checker,
    build_core,
    build_dialogue,
    build_first_index,
    schedule_feeds,
)
from bot.digests import Period
from bot.digests.period import MOST_DAYS
from bot.errors import BotError, InvalidCorrection
from bot.evaluation import Gold, as_markdown, evaluate, gold_of, judge, make_folder, write_report
from bot.logs import configure_logging, log_warnings_only
from bot.settings import Settings
from bot.store import Store, copy_database, only_one
from index import Article
from index.command_line import CommandLine, of_the_system, show_error
from index.errors import IndexingError
from index.ingest.sources import read_articles
from index.progress import announce_preparation, show_progress

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
_CHECK_EXAMPLES = """examples:
  python -m bot check speech.txt                             a text with quotations
  echo 'He said: "It was brokered by Moscow."' | python -m bot check -
  python -m bot check --json speech.txt                      ... as a script wants it

Without quotation marks the whole text is looked for. A quotation is verbatim, altered, cut (a denial, a condition or
who says so is left out around it), stitched from several places, of another speaker, or not found: then it may be
right all the same.
"""
_DIGEST_EXAMPLES = """examples:
  python -m bot digest                  what came in since this time yesterday
  python -m bot digest --days 7 --json  ... in a week, as a script wants it
  python -m bot digest --until 2024-06-01

Articles of several sources on one event are one story. What most sources tell independently comes first: copies of one
wire count once. Articles without a date came in on no day.
"""
_KEY_EXAMPLES = """examples:
  python -m bot key newsroom            a key that may ask
  python -m bot key editor --admin      ... and change the articles

The key is shown once; what goes into API_KEYS is its hash.
"""
_MCP_EXAMPLES = """examples:
  python -m bot mcp --index DIR

an entry in a client's settings:
  {"mcpServers": {"newsquote": {"command": "python", "args": ["-m", "bot", "mcp", "--index", "DIR"]}}}

Tools: ask, search, open_article, check_quote, said, timeline. Resources: newsquote://articles, newsquote://article/ID.
"""
_EVALUATE_EXAMPLES = """examples:
  python -m bot evaluate questions.jsonl --articles seeds                figures and the worst failures
  python -m bot evaluate questions.jsonl --articles seeds --out report   ... with pictures, all failures and JSON

lines of QUESTIONS.jsonl:
  {"question": "Who brokered the ceasefire?", "evidence": ["brokered by Moscow"], "answers": ["Moscow"]}
  {"question": "What is the capital of France?", "answerable": false}

Evidence is words of an article, or "gold": [{"article": "ID", "start": 0, "end": 9}]. Each of "groups": ["..."] is also
reported on its own. "articles", "before" and "history" mean what they mean to `ask --jsonl`.
Without --index the articles are indexed for this report only.
"""
_DATABASE_EXAMPLES = """examples:
  python -m bot database copy sqlite:///var/newsquote.db postgresql+psycopg://newsquote:PASSWORD@db/newsquote
  python -m bot database copy postgresql+psycopg://newsquote:PASSWORD@db/newsquote sqlite:///var/newsquote.db
"""
_NAMES_EXAMPLES = """examples:
  python -m bot names                                     what was said so far
  python -m bot names "Bill Clinton = William Clinton"    one person
  python -m bot names "John Smith != Jon Smith"           two people
  python -m bot names "John Smith ~ Jon Smith"            leave it to the rules again
"""
_errors = Console(stderr=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 if it went well, 1 if not, 2 on misuse."""
    options = _command_line().parse(arguments)
    try:
        settings = Settings.from_environment(index=options.index)
        _configure_logging(settings, quiet=options.run is not _run or settings.telegram_bot_token is None)
        code: int = options.run(options, settings)
    except (BotError, IndexingError) as error:
        show_error(error, _errors)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the answers has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, sqlite3.Error) as error:
        show_error(BotError(of_the_system(error)), _errors)
        return 1
    return code


def _command_line() -> CommandLine:
    line = CommandLine("python -m bot", __doc__, _EXAMPLES)
    line.add("run", _run, "answer on Telegram, or with no token in the terminal; and in a browser")
    line.add("chat", _chat, "the same conversation in a terminal")
    asking = line.add("ask", _ask, "ask one question, or a file of them")
    asking.add_argument("question", nargs="?", help="the question")
    asking.add_argument("--json", action="store_true", help="answer as one JSON object")
    asking.add_argument("--jsonl", metavar="FILE", help="questions, a JSON object a line; - for standard input")
    checking = line.add("check", _check, "say of each quotation in a text whether an article has it, word for word")
    checking.epilog = _CHECK_EXAMPLES
    checking.add_argument("file", metavar="FILE", help="the text; - for standard input")
    checking.add_argument("--json", action="store_true", help="answer as one JSON object")
    digest = line.add("digest", _digest, "tell what came in, a quote a story")
    digest.epilog = _DIGEST_EXAMPLES
    digest.add_argument("--days", metavar="N", type=int, default=1, help=f"how many days; 1 to {MOST_DAYS}, default: 1")
    digest.add_argument("--until", metavar="DATE", type=date.fromisoformat, help="its last day, in UTC; default: now")
    digest.add_argument("--json", action="store_true", help="print one JSON object")
    key = line.add("key", _key, "make a key for a program that asks over HTTP")
    key.epilog = _KEY_EXAMPLES
    key.add_argument("name", metavar="NAME", help="what the key is called: letters, digits, - and _")
    key.add_argument("--admin", action="store_true", help="it may also change the articles")
    line.add("mcp", _mcp, "serve the Model Context Protocol on standard input and output").epilog = _MCP_EXAMPLES
    report = line.add("evaluate", _evaluate, "report how well a file of questions with known answers is answered")
    report.epilog = _EVALUATE_EXAMPLES
    report.add_argument(
        "questions", metavar="QUESTIONS.jsonl", help='with "evidence" or "gold" where an article answers'
    )
    report.add_argument("--articles", metavar="PATH", type=Path, required=True, help="the articles they are asked over")
    report.add_argument(
        "--out", metavar="DIR", type=Path, help="a folder for report.md, report.json, failures.md, pictures"
    )
    names = line.add("names", _names, "say which names are one person's, and which are two people's; alone: list that")
    names.epilog = _NAMES_EXAMPLES
    names.add_argument("correction", nargs="?", help='"A = B": one person, "A != B": two people, "A ~ B": forget that')
    database = line.add("database", _database, "move what is kept to another database")
    database.epilog = _DATABASE_EXAMPLES
    database.add_argument("action", choices=["copy"], help="what to do")
    database.add_argument("source", metavar="FROM", help="SQLAlchemy URL of the database to read; no bot may use it")
    database.add_argument("target", metavar="TO", help="SQLAlchemy URL of a database without anything of a bot's")
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
        _prepare(settings)
        core = build_core(settings, store, metrics.count_reply)
        admin = build_admin(core, settings, store)
        app = App(core.dialogue, core.checker, admin, store, core.corrections)
        website = build_website(_web_core(settings, core, lambda: admin, metrics))
        with schedule_feeds(app):
            run(build_service(app, config_from(settings), metrics), website)
    leave()
    return 0


def _run_here(settings: Settings) -> int:
    """Talk in the terminal, if somebody is there, and in a browser."""
    _errors.print("TELEGRAM_BOT_TOKEN is not set (see .env.example): talking here instead.", highlight=False)
    if settings.web_listen is None:
        return _talk(settings)
    # these take a tenth of a second to import, and no other command needs them
    from bot.adapters.metrics import Metrics
    from bot.adapters.web import serve_alone, served_beside

    metrics = Metrics()
    with Store.open(settings.database_url) as store:
        _prepare(settings)
        core = build_core(settings, store, metrics.count_reply)
        admin = cache(lambda: build_admin(core, settings, store))
        web = _web_core(settings, core, admin, metrics)
        if _nobody_types():
            serve_alone(web, _announce)
            return 0
        with served_beside(web, _announce):
            run_chat(core.dialogue, core.checker, core.corrections)
    return 0


def _announce(address: tuple[str, int]) -> None:
    # see _run_here
    from bot.adapters.web import shown

    _errors.print(f"In a browser: http://{shown(address)}/", highlight=False)


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
        _prepare(settings)
        core = build_core(settings, store)
        run_chat(core.dialogue, core.checker, core.corrections)
    return 0


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if (options.question is None) == (options.jsonl is None):
        _errors.print('error: give either a "question" or --jsonl FILE', style="red", highlight=False)
        return 2
    with Store.in_memory() as store:
        _prepare(settings, first_index=False)
        dialogue, permalinks = build_dialogue(settings, store), permalinks_from(settings)
        if options.question is not None:
            reply = dialogue.reply("ask", options.question)
            if options.json:
                print(json.dumps(reply_as_json(reply, permalinks), ensure_ascii=False))
            else:
                show_reply(reply)
            return 0
        with _lines(options.jsonl) as lines:
            for asked in read_questions(lines):
                answer = {"id": asked.id, **reply_as_json(ask(dialogue, asked), permalinks)}
                print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> int:
    text = _text(options.file)
    _prepare(settings, first_index=False)
    quotes = build_checker(settings).check(text)
    if options.json:
        print(json.dumps(checked_as_json(text, quotes, permalinks_from(settings)), ensure_ascii=False))
    else:
        show_checked(text, quotes)
    return 0


def _digest(options: argparse.Namespace, settings: Settings) -> int:
    if not 1 <= options.days <= MOST_DAYS:
        _errors.print(f"error: --days should be 1 to {MOST_DAYS}", style="red", highlight=False)
        return 2
    period = (
        Period.until(datetime.combine(options.until, time.max, UTC), options.days)
        if options.until
        else Period.up_to_now(datetime.now(UTC), options.days)
    )
    with Store.in_memory() as store:
        _prepare(settings, first_index=False)
        digest = build_dialogue(settings, store).digests.make(period)
    if options.json:
        print(json.dumps(digest_as_json(digest, permalinks_from(settings)), ensure_ascii=False))
    else:
        show_digest(digest)
    return 0


def _key(options: argparse.Namespace, settings: Settings) -> int:
    try:
        key, kept = make_key(options.name, KeyScope.ADMIN if options.admin else KeyScope.READ)
    except ValueError:
        _errors.print("error: NAME should be 1 to 40 letters, digits, - or _", style="red", highlight=False)
        return 2
    print(f"{key}\n\nTo be sent as: Authorization: Bearer {key}\nTo be added to API_KEYS: {kept}")
    return 0


def _mcp(options: argparse.Namespace, settings: Settings) -> int:
    # takes a second to import, and no other command needs it
    from bot.adapters.desk import Desk
    from bot.adapters.mcp import serve_stdio

    with Store.in_memory() as store:
        _prepare(settings, first_index=False)
        core = build_core(settings, store)
        serve_stdio(Desk(core.dialogue, core.live, permalinks_from(settings)))
    return 0


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    texts = {item.id: item.text for item in read_articles(options.articles) if isinstance(item, Article)}
    known = _known_questions(options.questions, texts)
    if options.out:
        make_folder(options.out)
    with TemporaryDirectory() as folder:
        given: dict[str, Path | None] = {"articles": options.articles, "index": options.index}
        if options.index is None:
            given |= {"index": Path(folder) / "index", "vector_url": None}
        settings = settings.model_copy(update=given)
        with Store.in_memory() as store:
            _prepare(settings)
            dialogue = build_dialogue(settings, store)
            asking = track(known, "asking", console=_errors, transient=True)
            judged = [judge(asked.question, gold, ask(dialogue, asked), texts) for asked, gold in asking]
    evaluation = evaluate(judged)
    print(as_markdown(evaluation), end="")
    if options.out:
        write_report(evaluation, options.out)
        _errors.print(f"The report is in {options.out}.", markup=False, highlight=False, soft_wrap=True)
    return 0


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


def _known_questions(path: str, texts: Mapping[str, str]) -> list[tuple[AskedQuestion, Gold]]:
    with _lines(path) as lines:
        known = [(asked, gold_of(asked.fields, texts)) for asked in read_questions(lines)]
    if not known:
        raise BotError(f"{path} holds no question; expected a JSON object a line")
    n_lost = sum(gold.is_out_of_reach for _, gold in known)
    if n_lost == sum(bool(gold.evidence) for _, gold in known) > 0:
        raise BotError(f"no evidence of {path} is in any of the {len(texts)} articles; are --articles the right ones?")
    if n_lost:
        lost = f"Questions with all evidence in articles that were not read, which count as not retrieved: {n_lost}."
        _errors.print(lost, highlight=False, soft_wrap=True)
    return known


def _prepare(settings: Settings, *, first_index: bool = True) -> None:
    """Say what takes long, and index the configured articles if nothing is indexed yet."""
    announce_preparation(_errors, settings)
    if first_index:
        with show_progress(_errors) as listener:
            build_first_index(settings, listener)


def _text(path: str) -> str:
    """Return a whole file, or standard input for "-", character for character."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise BotError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BotError(f"{path} is not UTF-8 text ({error})") from error


@contextmanager
def _lines(path: str) -> Iterator[Iterator[str]]:
    if path == "-":
        yield sys.stdin
        return
    try:
        file = Path(path).open(encoding="utf-8-sig")  # noqa: SIM115  # closed below; only opening may fail here
    except OSError as error:
        raise BotError(f"{path} cannot be read: {error.strerror}") from error
    with file:
        yield file


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
