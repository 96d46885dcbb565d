"""Shows what a guest is answered: one message, with no button but links, for nothing of it is kept."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.checks import checked_message
from bot.adapters.telegram.views.html import Segment, styled
from bot.adapters.telegram.views.links import HELP, DeepLink, Opens, link_into, payload_of
from bot.adapters.telegram.views.messages import Outgoing, reply_message
from bot.adapters.telegram.views.places import place_button
from bot.adapters.telegram.views.splitting import split_segments
from bot.adapters.translation import translated
from bot.answering import Answer, Clarification
from bot.checking import CheckedQuote
from bot.quoting.quotes import Citation
from bot.replies import Reply

_MOST_CHECKED: Final = 10
_LONGEST_LABEL: Final = 60
_COMMANDED: Final = re.compile(r" ?[^.!?\n]*(?<![\w/])/[a-z]+\b[^.!?\n]*(?:[.!?]|$)", re.MULTILINE)
"""A sentence with a command in it."""


def guest_reply(reply: Reply, username: str, heading: str = "") -> Outgoing:
    """Return a reply with as many of its quotes as one message holds, below a sentence of the bot's own if there is
    one."""
    above = (styled(f"{translated(heading)}\n\n"),) if heading else ()
    message = _first_that_fits(above, map(reply_message, _ever_shorter(reply)))
    if not isinstance(reply.outcome, Answer):
        message = replace(message, segments=tuple(map(_without_commands, message.segments)))
    shown = reply.citations[:1] if isinstance(reply.outcome, Answer) else ()
    return replace(message, keyboard=_keyboard(reply, shown, username))


def guest_check(text: str, quotes: Sequence[CheckedQuote]) -> Outgoing:
    """Return what each quotation of a text is, of as many as one message holds."""
    counts = range(min(len(quotes), _MOST_CHECKED), 0, -1)
    message = _first_that_fits((), (checked_message(text, quotes, most) for most in counts or (1,)))
    found = [match.citation for quote in quotes for match in quote.matches][:1]
    button = place_button(found)
    return replace(message, keyboard=InlineKeyboardMarkup([[button]]) if button is not None else None)


def _without_commands(segment: Segment) -> Segment:
    """Return words of the bot's own without the sentences that name a command: elsewhere nobody hears one."""
    return replace(segment, text=_COMMANDED.sub("", segment.text))


def _ever_shorter(reply: Reply) -> Sequence[Reply]:
    """Return a reply, and the same with one quote less each time, the last ones first."""
    answer = reply.outcome
    if not isinstance(answer, Answer):
        return (reply,)
    counts = range(len(answer.citations), 0, -1)
    shorter = (
        replace(answer, citations=answer.citations[:count], n_strong=min(answer.n_strong, count)) for count in counts
    )
    return [replace(reply, outcome=one) for one in shorter]


def _first_that_fits(above: tuple[Segment, ...], messages: Iterable[Outgoing]) -> Outgoing:
    """Return the first of these that is one message, or as much of the last as one holds."""
    parts: list[list[Segment]] = []
    for message in messages:
        parts = split_segments((*above, *message.segments))
        if len(parts) <= 1:
            break
    return Outgoing(tuple(parts[0]) if parts else ())


def _keyboard(reply: Reply, shown: Sequence[Citation], username: str) -> InlineKeyboardMarkup | None:
    """Return links: to the quote's place, and to asking the bot itself; or one to each reading of the question."""
    place = place_button(shown)
    rows = [[place]] if place is not None else []
    if isinstance(reply.outcome, Clarification):
        links = [(option.label, _asking(option.question)) for option in reply.outcome.options]
    else:
        links = [(translated(texts.INLINE_MORE), _asking(reply.question) or HELP)]
    for label, payload in links:
        if payload is not None:
            rows.append([InlineKeyboardButton(label[:_LONGEST_LABEL], url=link_into(username, payload))])
    return InlineKeyboardMarkup(rows) if rows else None


def _asking(question: str) -> str | None:
    return payload_of(DeepLink(Opens.QUESTION, question))
