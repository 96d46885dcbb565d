"""Buttons and what they carry back: at most 64 bytes, an action and where it applies."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.adapters.telegram.views import admin_texts, texts
from bot.adapters.telegram.views.places import place_button
from bot.adapters.translation import number, translated
from bot.quoting.quotes import Citation
from bot.watches.watch import Watch

_PRESS: Final = re.compile(r"([a-z]{2,7}):([0-9A-Za-z_-]{1,40})(?::(\d{1,4}))?")
_PAGE: Final = re.compile(r"\d{1,6}")
_LONGEST_LABEL: Final = 60
_CARRIED_BYTES: Final = 30
_MOST_SPEAKERS: Final = 2
_IN_A_ROW: Final = 4


class Action(Enum):
    """What a button asks for; the value opens its callback data."""

    CONTEXT = "ctx"
    MORE = "more"
    SAID = "said"
    CLOSEST = "near"
    ARTICLES = "from"
    UP = "up"
    DOWN = "down"
    OPTION = "opt"
    AS_TYPED = "raw"
    NEXT = "next"
    EXAMPLE = "eg"
    SOURCES = "src"
    CHECK = "check"
    WATCH = "watch"
    LESS = "less"
    REST = "rest"
    DROP = "unwatch"
    BRING = "bring"
    WHY = "why"
    PICK = "pick"
    YES = "yes"
    NO = "no"
    CANCEL = "stop"

    @property
    def is_about_a_reply(self) -> bool:
        """Whether what the button carries is a reply's id."""
        return self in _ABOUT_A_REPLY

    @property
    def is_keyed(self) -> bool:
        """Whether what the button carries is a key made for it alone, which nobody can guess."""
        return self in _KEYED

    @property
    def is_repeatable(self) -> bool:
        """Whether nothing changes for the worse when the process dies over a press and handles it again."""
        return self in _REPEATABLE


_ABOUT_A_REPLY: Final = frozenset(
    {
        Action.CONTEXT,
        Action.MORE,
        Action.SAID,
        Action.CLOSEST,
        Action.ARTICLES,
        Action.UP,
        Action.DOWN,
        Action.OPTION,
        Action.AS_TYPED,
        Action.NEXT,
        Action.WATCH,
        Action.LESS,
    }
)
_KEYED: Final = frozenset({Action.PICK, Action.YES, Action.NO, Action.CANCEL})
# All that readers see. An admin's button changes something, or writes into the record of what admins did.
_REPEATABLE: Final = _ABOUT_A_REPLY | {
    Action.EXAMPLE,
    Action.SOURCES,
    Action.CHECK,
    Action.BRING,
    Action.REST,
    Action.DROP,
}


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button. `subject` names a reply, an article or a confirmation, or is the words that a list is narrowed
    by; `number` is a citation's or an option's, how many were seen before "More", or a page."""

    action: Action
    subject: str = ""
    number: int = 0


def read_press(callback_data: str | None) -> Press | None:
    """Return what a button of ours asks for; None for anything else."""
    match = _PRESS.fullmatch(callback_data or "")
    if match is None:
        return None
    try:
        action = Action(match[1])
    except ValueError:
        return None
    if action is not Action.SOURCES:
        return Press(action, match[2], int(match[3] or 0))
    if match[3] is not None:
        words = _unpacked(match[2])
        return Press(action, words, int(match[3])) if words else None
    return Press(action, number=int(match[2])) if _PAGE.fullmatch(match[2]) else None


def answer_keyboard(
    reply_id: str,
    shown: Sequence[Citation],
    *,
    seen: int,
    total: int,
    is_first: bool,
    as_typed: bool = False,
    speakers: bool = True,
    may_be_watched: bool = False,
) -> InlineKeyboardMarkup:
    """Return buttons for the context of each citation shown, for all that its speaker says (unless not `speakers`),
    and for what else there is: More if any citations are left, and under a first answer the articles found and votes.
    """
    numbered = len(shown) > 1
    in_article = place_button(shown)
    context = translated(texts.CONTEXT_BUTTON)
    contexts = [
        button(f"{context} {citation.number}" if numbered else context, Action.CONTEXT, reply_id, citation.number)
        for citation in shown
    ]
    rows = [contexts[first : first + _IN_A_ROW] for first in range(0, len(contexts), _IN_A_ROW)]
    if speakers:
        rows += [[_said_button(reply_id, citation)] for citation in _speaking(shown)]
    below = []
    if seen < total:
        below.append(button(f"{translated(texts.MORE_BUTTON)} ({number(total - seen)})", Action.MORE, reply_id, seen))
    if is_first:
        below.append(button(translated(texts.ARTICLES_BUTTON), Action.ARTICLES, reply_id))
        below.append(button(texts.UP_BUTTON, Action.UP, reply_id))
        below.append(button(texts.DOWN_BUTTON, Action.DOWN, reply_id))
    rows.append(below)
    if is_first and may_be_watched:
        rows.append([_watch_button(reply_id)])
    if in_article is not None:
        rows.append([in_article])
    if as_typed:
        rows.append([button(translated(texts.AS_TYPED_BUTTON), Action.AS_TYPED, reply_id)])
    return InlineKeyboardMarkup([row for row in rows if row])


def with_further(
    keyboard: InlineKeyboardMarkup | None, reply_id: str, questions: Sequence[str]
) -> InlineKeyboardMarkup:
    """Return a keyboard with a button for each question that may be asked next, which is its label, in a row of its
    own."""
    rows = [[button(question, Action.NEXT, reply_id, place)] for place, question in enumerate(questions)]
    return InlineKeyboardMarkup([*(keyboard.inline_keyboard if keyboard is not None else ()), *rows])


def _speaking(shown: Sequence[Citation]) -> Sequence[Citation]:
    """Return a citation of each speaker with a name, of two at most."""
    found = {one.speaker.name: one for one in reversed(shown) if one.speaker is not None and one.speaker.has_name}
    return sorted(found.values(), key=lambda one: one.number)[:_MOST_SPEAKERS]


def _said_button(reply_id: str, citation: Citation) -> InlineKeyboardButton:
    name = citation.speaker.name if citation.speaker is not None else ""
    return button(_fitted(f"{translated(texts.SAID_BUTTON)} {name}"), Action.SAID, reply_id, citation.number)


def refusal_keyboard(
    reply_id: str,
    *,
    closest: bool,
    articles: bool = False,
    as_typed: bool = False,
    without_marks: bool = False,
    may_be_watched: bool = False,
) -> InlineKeyboardMarkup | None:
    """Return the offers under a refusal; None if there is nothing to offer.

    `without_marks`: words between quotation marks are in no article, and may be searched like any others.
    """
    found, again = [], []
    if closest:
        found.append(button(translated(texts.CLOSEST_BUTTON), Action.CLOSEST, reply_id))
    if articles:
        found.append(button(translated(texts.ARTICLES_BUTTON), Action.ARTICLES, reply_id))
    if as_typed or without_marks:
        label = texts.WITHOUT_MARKS_BUTTON if without_marks else texts.AS_TYPED_BUTTON
        again.append(button(translated(label), Action.AS_TYPED, reply_id))
    rows = [row for row in (found, again) if row]
    if may_be_watched:
        rows.append([_watch_button(reply_id)])
    return InlineKeyboardMarkup(rows) if rows else None


def alert_keyboard(reply_id: str, shown: Sequence[Citation]) -> InlineKeyboardMarkup:
    """Return the buttons under an alert: context, and whether it was wanted."""
    rows = answer_keyboard(
        reply_id, shown, seen=len(shown), total=len(shown), is_first=False, speakers=False
    ).inline_keyboard
    liked = button(texts.UP_BUTTON, Action.UP, reply_id)
    less = button(translated(texts.LESS_BUTTON), Action.LESS, reply_id)
    return InlineKeyboardMarkup([*(row for row in rows if row), [liked, less]])


def watches_keyboard(watches: Sequence[Watch]) -> InlineKeyboardMarkup:
    """Return a row for each of what is watched: to pause it or go on, and to delete it."""
    rows = []
    for place, watch in enumerate(watches, start=1):
        label = translated(texts.GO_ON_BUTTON if watch.is_paused else texts.PAUSE_BUTTON)
        rest = button(f"{number(place)} {label}", Action.REST, str(watch.id), int(not watch.is_paused))
        rows.append([rest, button(f"{number(place)} {translated(texts.DELETE_BUTTON)}", Action.DROP, str(watch.id))])
    return InlineKeyboardMarkup(rows)


def _watch_button(reply_id: str) -> InlineKeyboardButton:
    return button(translated(texts.WATCH_BUTTON), Action.WATCH, reply_id)


def options_keyboard(reply_id: str, labels: Sequence[str]) -> InlineKeyboardMarkup:
    """Return a button for each reading of the question, each in a row of its own."""
    return InlineKeyboardMarkup(
        [[button(_fitted(label), Action.OPTION, reply_id, place)] for place, label in enumerate(labels)]
    )


def examples_keyboard(article_keys: Sequence[str]) -> InlineKeyboardMarkup | None:
    """Return buttons that ask the examples of a help message."""
    row = [
        button(texts.example_button(position), Action.EXAMPLE, key)
        for position, key in enumerate(article_keys, start=1)
    ]
    return InlineKeyboardMarkup([row]) if row else None


def pages_keyboard(page: int, pages: int, words: str = "") -> InlineKeyboardMarkup | None:
    """Return buttons to leaf through the sources; None if they fit one page.

    Pages count from 0; `words` are `carried_words`.
    """

    def to(label: str, other: int) -> InlineKeyboardButton:
        if not words:
            return button(translated(label), Action.SOURCES, str(other))
        return button(translated(label), Action.SOURCES, _packed(words), other)

    row = []
    if page > 0:
        row.append(to(texts.PREVIOUS_BUTTON, page - 1))
    if page < pages - 1:
        row.append(to(texts.NEXT_BUTTON, page + 1))
    return InlineKeyboardMarkup([row]) if row else None


def carried_words(words: str) -> str:
    """Return as many of the words as a button can carry from page to page."""
    words = " ".join(words.split())
    if len(words.encode()) > _CARRIED_BYTES:
        words = words.encode()[: _CARRIED_BYTES + 1].decode(errors="ignore")
        words = words.rpartition(" ")[0] or words.encode()[:_CARRIED_BYTES].decode(errors="ignore")
    return words


def offer_keyboard(*, check: bool, bring: bool) -> InlineKeyboardMarkup:
    """Return the buttons that have the message checked which their own replies to, or read, to be asked about."""
    row = [button(translated(texts.CHECK_BUTTON), Action.CHECK, "it")] if check else []
    if bring:
        row.append(button(translated(texts.READ_BUTTON), Action.BRING, "it"))
    return InlineKeyboardMarkup([row])


def feedback_keyboard(reply_ids: Sequence[str]) -> InlineKeyboardMarkup:
    """Return buttons that explain each of the listed answers."""
    why = translated(admin_texts.WHY_BUTTON)
    row = [button(f"{why} {place}", Action.WHY, reply_id) for place, reply_id in enumerate(reply_ids, start=1)]
    return InlineKeyboardMarkup([row])


def confirmation_keyboard(key: str) -> InlineKeyboardMarkup:
    """Return the buttons that confirm or decline what an admin's command would change."""
    yes, no = translated(admin_texts.YES_BUTTON), translated(admin_texts.NO_BUTTON)
    return InlineKeyboardMarkup([[button(yes, Action.YES, key), button(no, Action.NO, key)]])


def choices_keyboard(key: str, labels: Sequence[str]) -> InlineKeyboardMarkup:
    """Return a button for each choice, each in a row of its own, and a last one for none of them."""
    rows = [[button(_fitted(label), Action.PICK, key, place)] for place, label in enumerate(labels)]
    return InlineKeyboardMarkup([*rows, [button(translated(admin_texts.NONE_BUTTON), Action.NO, key)]])


def cancel_keyboard(key: str) -> InlineKeyboardMarkup:
    """Return the button that cancels a job."""
    return InlineKeyboardMarkup([[button(translated(admin_texts.CANCEL_BUTTON), Action.CANCEL, key)]])


def button(label: str, action: Action, subject: str, number: int | None = None) -> InlineKeyboardButton:
    """Return a button that carries back an action on a subject."""
    carried = f"{action.value}:{subject}" if number is None else f"{action.value}:{subject}:{number}"
    return InlineKeyboardButton(label, callback_data=carried)


def _packed(words: str) -> str:
    return urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _unpacked(packed: str) -> str:
    try:
        return urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _fitted(label: str) -> str:
    label = " ".join(label.split()) or "…"
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
