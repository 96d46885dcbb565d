"""Commands that answer from the articles: a question, whether quotations are real, what came in."""

import argparse
import json
from datetime import UTC, date, datetime, time

from bot.adapters import wording
from bot.adapters.check_json import checked_as_json
from bot.adapters.digest_json import digest_as_json
from bot.adapters.jsonl import ask, read_questions, reply_as_json
from bot.adapters.permalinks import permalinks_from
from bot.adapters.terminal import show_checked, show_digest, show_replies, show_reply
from bot.app import build_checker, build_dialogue
from bot.commands.preparing import ERRORS, lines_of, prepare, text_of
from bot.dialogue import Dialogue
from bot.digests import Period
from bot.digests.period import MOST_DAYS
from bot.query.several import MOST_AT_ONCE, split_questions
from bot.settings import Settings
from bot.store import Store
from index.command_line import CommandLine

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


def add_to(line: CommandLine) -> None:
    """Add the commands."""
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


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if (options.question is None) == (options.jsonl is None):
        ERRORS.print('error: give either a "question" or --jsonl FILE', style="red", highlight=False)
        return 2
    with Store.in_memory() as store:
        prepare(settings, first_index=False)
        dialogue, permalinks = build_dialogue(settings, store), permalinks_from(settings)
        if options.question is not None:
            if options.json:
                reply = dialogue.reply("ask", split_questions(options.question)[0])
                print(json.dumps(reply_as_json(reply, permalinks, asked=options.question), ensure_ascii=False))
            else:
                _show_answers(dialogue, options.question)
            return 0
        with lines_of(options.jsonl) as lines:
            for asked in read_questions(lines):
                reply = ask(dialogue, asked)
                answer = {"id": asked.id, **reply_as_json(reply, permalinks, asked=asked.question)}
                print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0


def _show_answers(dialogue: Dialogue, question: str) -> None:
    """Print the answer, or those to the first few questions of a message that asks several."""
    asked = split_questions(question)
    if len(asked) == 1:
        show_reply(dialogue.reply("ask", question))
        return
    show_replies(dialogue.reply("ask", each) for each in asked[:MOST_AT_ONCE])
    if len(asked) > MOST_AT_ONCE:
        print(wording.at_most(MOST_AT_ONCE))


def _check(options: argparse.Namespace, settings: Settings) -> int:
    text = text_of(options.file)
    prepare(settings, first_index=False)
    quotes = build_checker(settings).check(text)
    if options.json:
        print(json.dumps(checked_as_json(text, quotes, permalinks_from(settings)), ensure_ascii=False))
    else:
        show_checked(text, quotes)
    return 0


def _digest(options: argparse.Namespace, settings: Settings) -> int:
    if not 1 <= options.days <= MOST_DAYS:
        ERRORS.print(f"error: --days should be 1 to {MOST_DAYS}", style="red", highlight=False)
        return 2
    period = (
        Period.until(datetime.combine(options.until, time.max, UTC), options.days)
        if options.until
        else Period.up_to_now(datetime.now(UTC), options.days)
    )
    with Store.in_memory() as store:
        prepare(settings, first_index=False)
        digest = build_dialogue(settings, store).digests.make(period)
    if options.json:
        print(json.dumps(digest_as_json(digest, permalinks_from(settings)), ensure_ascii=False))
    else:
        show_digest(digest)
    return 0
