"""run_chat: takes lines, prints replies and the results of commands."""

import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from bot.adapters import wording
from bot.adapters.terminal import texts
from bot.adapters.terminal.checking import render_checked
from bot.adapters.terminal.corrections import render_corrections, render_last
from bot.adapters.terminal.digests import render_digest
from bot.adapters.terminal.display import Page, Paragraph, one_line, show
from bot.adapters.terminal.lines import all_of, piped_lines, replace_what_cannot_be_coded, typed_lines
from bot.adapters.terminal.rendering import (
    render_articles,
    render_closest,
    render_context,
    render_more,
    render_reply,
    render_sources,
    said,
    under_question,
    what_next,
)
from bot.adapters.terminal.watching import TerminalWatches
from bot.answering import Answer, Clarification, Refusal
from bot.checking import CheckedQuote, Checker
from bot.corrections.desk import CorrectionDesk
from bot.dialogue import Dialogue
from bot.digests import Digest, Period
from bot.digests.period import MOST_DAYS
from bot.errors import BotError
from bot.query.kinds import MessageKind
from bot.query.said_requests import SAID_COMMAND, said_request
from bot.query.several import MOST_AT_ONCE, split_questions
from bot.replies import Reply, Vote
from index.errors import IndexingError

logger = logging.getLogger(__name__)

CONVERSATION_ID: Final = "terminal"
_HISTORY: Final = Path("var/chat_history")
_LISTED: Final = 5


def run_chat(
    dialogue: Dialogue,
    checker: Checker,
    corrections: CorrectionDesk | None = None,
    *,
    watches: TerminalWatches | None = None,
    console: Console | None = None,
    lines: Iterable[str] | None = None,
) -> None:
    """Talk until the lines end or one of them says /quit. With `corrections`, tell of quotes that have changed, and
    with `watches` of what arrived.

    Without `console` or `lines`, this terminal or this pipe is used. A conversation that is typed goes on where the
    last chat ended, until /new; piped lines always begin a new one.
    """
    console = console or _standard_output()
    is_typed = lines is None and sys.stdin.isatty() and console.is_terminal
    if not is_typed:
        dialogue.start_over(CONVERSATION_ID)
    chat = _Chat(dialogue, checker, console, corrections, watches, can_stop=is_typed)
    chat.greet()
    with closing(all_of(_standard_input(console, is_typed) if lines is None else lines)) as each:
        for line in each:
            if line.strip() == "/quit":
                break
            chat.take(line.strip())
    chat.say(texts.GOODBYE)


def show_reply(reply: Reply, *, console: Console | None = None) -> None:
    """Print one reply, by default on standard output."""
    show(render_reply(reply), console or _standard_output())


def show_replies(replies: Iterable[Reply], *, console: Console | None = None) -> None:
    """Print replies as they come, each under its question, by default on standard output."""
    console = console or _standard_output()
    for reply in replies:
        show(under_question(reply.question, render_reply(reply)), console)
        console.line()


def show_checked(text: str, quotes: Sequence[CheckedQuote], *, console: Console | None = None) -> None:
    """Print what each quotation of a text is, by default on standard output."""
    show(render_checked(text, quotes), console or _standard_output())


def show_digest(digest: Digest, *, console: Console | None = None) -> None:
    """Print all of a digest, by default on standard output."""
    show(render_digest(digest, whole=True), console or _standard_output())


class _Chat:
    """One conversation and its last reply, which most commands are about."""

    def __init__(
        self,
        dialogue: Dialogue,
        checker: Checker,
        console: Console,
        corrections: CorrectionDesk | None,
        watches: TerminalWatches | None,
        *,
        can_stop: bool,
    ) -> None:
        """Keep what is needed to talk. `can_stop`: Ctrl-C ends the answer at hand, not the chat."""
        self._dialogue = dialogue
        self._last_digest: Digest | None = None
        self._checker = checker
        self._console = console
        self._corrections = corrections
        self._watches = watches
        self._last: Reply | None = None
        self._can_stop = can_stop
        self._commands: dict[str, Callable[[str], Page]] = {
            "/help": self._help,
            "/said": self._said,
            "/check": self._check,
            "/sources": self._sources,
            "/timeline": self._timeline,
            "/digest": self._digest,
            "/watch": self._watch,
            "/watches": self._list_watches,
            "/corrections": self._list_corrections,
            "/new": self._start_over,
            "/forget": self._forget,
        }
        self._commands_about_last: dict[str, Callable[[Reply, str], Page]] = {
            "/context": self._context,
            "/more": _more,
            "/closest": _closest,
            "/articles": self._articles,
            "/typed": lambda last, _: self._ask(last.question, literally=True),
            "/up": lambda last, _: self._vote(last, Vote.UP),
            "/down": lambda last, _: self._vote(last, Vote.DOWN),
        }

    def greet(self) -> None:
        """Say what the bot does, and what could be asked, and what has arrived since the last chat."""
        self.say(texts.greeting(self._dialogue.sources()))
        self._console.line()
        self.take("")

    def say(self, text: str) -> None:
        """Print a sentence of the bot's own."""
        show(_note(text), self._console)

    def take(self, line: str) -> None:
        """Print what has arrived of what is watched, and then what comes of one line; of an empty one, nothing.

        An error is printed and does not end the chat; an unexpected one is logged.
        """
        try:
            self._tell_news()
            if not line:
                return
            page = self._obey(line) if line.startswith("/") else self._ask(line)
        except (BotError, IndexingError) as error:
            self.say(one_line(str(error)))
        except Exception:
            logger.exception("no reply in conversation %s", CONVERSATION_ID)
            self.say(texts.WENT_WRONG)
        except KeyboardInterrupt:
            if not self._can_stop:
                raise
            self.say(texts.STOPPED)
        else:
            show(page, self._console)
        self._console.line()

    def _tell_news(self) -> None:
        for page in self._watches.news() if self._watches is not None else ():
            show(page, self._console)
            self._console.line()

    def _ask(self, question: str, *, literally: bool = False, kind: MessageKind | None = None) -> Page:
        """Return the answer; to several questions of one line that to the last, those before it are shown at once."""
        question = self._offered(question) or question
        asked = (question,) if literally else split_questions(question)
        if len(asked) == 1:
            return self._answer(question, literally=literally, kind=kind)
        *before, last = asked[:MOST_AT_ONCE]
        for each in before:
            show(under_question(each, self._answer(each, kind=kind)), self._console)
            self._console.line()
        page = under_question(last, self._answer(last, kind=kind))
        left = (said(wording.at_most(MOST_AT_ONCE)),) if len(asked) > MOST_AT_ONCE else ()
        return Page((*page.paragraphs, *left))

    def _answer(self, question: str, *, literally: bool = False, kind: MessageKind | None = None) -> Page:
        self._last = reply = self._dialogue.reply(CONVERSATION_ID, question, literally=literally, kind=kind)
        hint = what_next(reply)
        page = Page((*self._corrected(), *render_reply(reply).paragraphs))
        return Page((*page.paragraphs, said(hint, "dim"))) if hint else page

    def _corrected(self) -> Sequence[Paragraph]:
        """Return what has changed of what was quoted earlier in this conversation."""
        found = self._corrections.take(CONVERSATION_ID) if self._corrections is not None else []
        return [paragraph for each in found for paragraph in render_corrections(each.corrections)]

    def _offered(self, line: str) -> str | None:
        """Return the choice that a bare number takes if the bot has just asked back, else None."""
        outcome = self._last.outcome if self._last else None
        if not isinstance(outcome, Clarification) or not line.isdecimal():
            return None
        place = int(line) - 1
        if not 0 <= place < len(outcome.options):
            return None
        option = outcome.options[place]
        return option.question if said_request(option.question) else option.label

    def _obey(self, line: str) -> Page:
        name, _, argument = line.partition(" ")
        if name in self._commands:
            return self._commands[name](argument.strip())
        if name not in self._commands_about_last:
            return _note(texts.unknown_command(one_line(name)))
        if self._last is None:
            return _note(texts.ASK_FIRST)
        return self._commands_about_last[name](self._last, argument.strip())

    def _help(self, _argument: str) -> Page:
        return Page(tuple(said(f"{name:<12} {meaning}") for name, meaning in texts.COMMANDS.items()))

    def _said(self, words: str) -> Page:
        return self._ask(f"{SAID_COMMAND} {words}") if words else _note(texts.WHOSE_WORDS)

    def _timeline(self, subject: str) -> Page:
        return self._ask(subject, kind=MessageKind.TIMELINE) if subject else _note(texts.NAME_A_SUBJECT)

    def _digest(self, days: str) -> Page:
        if days == "all" and self._last_digest is not None:
            return render_digest(self._last_digest, whole=True)
        wanted = "1" if days in ("", "all") else days
        if not wanted.isdecimal() or not 1 <= int(wanted) <= MOST_DAYS:
            return _note(texts.NO_SUCH_DIGEST)
        self._last_digest = self._dialogue.digests.make(Period.up_to_now(datetime.now(UTC), int(wanted)))
        return render_digest(self._last_digest, whole=days == "all")

    def _watch(self, words: str) -> Page:
        return _note(self._watches.watch(words) if self._watches is not None else texts.NOT_HERE)

    def _list_watches(self, change: str) -> Page:
        return self._watches.change(change) if self._watches is not None else _note(texts.NOT_HERE)

    def _list_corrections(self, _argument: str) -> Page:
        return render_last(self._corrections.last(_LISTED) if self._corrections is not None else ())

    def _check(self, words: str) -> Page:
        return render_checked(words, self._checker.check(words)) if words else _note(texts.WHAT_TO_CHECK)

    def _sources(self, words: str) -> Page:
        return render_sources(self._dialogue.sources(), words)

    def _context(self, last: Reply, number: str) -> Page:
        wanted = number or "1"
        context = self._dialogue.context(last.id, int(wanted)) if wanted.isdecimal() else None
        return render_context(context) if context else _note(texts.NO_SUCH_QUOTE)

    def _articles(self, last: Reply, _argument: str) -> Page:
        return render_articles(self._dialogue.articles_found(last.id) or [])

    def _vote(self, last: Reply, vote: Vote) -> Page:
        known = self._dialogue.vote(last.id, CONVERSATION_ID, vote)
        return _note(wording.THANKS if known else wording.FORGOTTEN)

    def _start_over(self, _argument: str) -> Page:
        self._dialogue.start_over(CONVERSATION_ID)
        self._last = None
        return _note(wording.STARTED_OVER)

    def _forget(self, _argument: str) -> Page:
        self._dialogue.forget(CONVERSATION_ID)
        if self._watches is not None:
            self._watches.forget()
        self._last = None
        return _note(wording.ALL_DELETED)


def _note(text: str) -> Page:
    return Page((said(text),))


def _more(last: Reply, _argument: str) -> Page:
    outcome = last.outcome
    return render_more(outcome) if isinstance(outcome, Answer) else _note(texts.WAS_REFUSED)


def _closest(last: Reply, _argument: str) -> Page:
    outcome = last.outcome
    return render_closest(outcome) if isinstance(outcome, Refusal) else _note(texts.WAS_ANSWERED)


def _standard_output() -> Console:
    replace_what_cannot_be_coded(sys.stdout)
    return Console()


def _standard_input(console: Console, is_typed: bool) -> Iterable[str]:
    if is_typed:
        return typed_lines(console, _HISTORY)
    replace_what_cannot_be_coded(sys.stdin)
    return piped_lines(sys.stdin, console)
