"""Buttons and what they carry back: at most 64 bytes, an action and where it applies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.adapters.telegram import texts
from bot.quotes import Citation

_PRESS: Final = re.compile(r"(ctx|more|near|up|down):([0-9A-Za-z_-]{1,40})(?::(\d{1,4}))?|(src):(\d{1,6})")


class Action(Enum):
    """What a button asks for; the value opens its callback data."""

    CONTEXT = "ctx"
    MORE = "more"
    CLOSEST = "near"
    UP = "up"
    DOWN = "down"
    SOURCES = "src"


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button. `number` is a citation's, how many were seen before "More", or a page."""

    action: Action
    reply_id: str = ""
    number: int = 0


def read_press(callback_data: str | None) -> Press | None:
    """What a button of ours asks for; None for anything else."""
    match = _PRESS.fullmatch(callback_data or "")
    if match is None:
        return None
    if match[4]:
        return Press(Action.SOURCES, number=int(match[5]))
    return Press(Action(match[1]), match[2], int(match[3] or 0))


def answer_keyboard(
    reply_id: str, shown: Sequence[Citation], *, seen: int, total: int, votable: bool
) -> InlineKeyboardMarkup:
    """Context for each citation shown, More when there are any left, votes under a first answer."""
    numbered = len(shown) > 1
    contexts = [
        _button(
            f"{texts.CONTEXT_BUTTON} {citation.number}" if numbered else texts.CONTEXT_BUTTON,
            f"{Action.CONTEXT.value}:{reply_id}:{citation.number}",
        )
        for citation in shown
    ]
    below = []
    if seen < total:
        label = f"{texts.MORE_BUTTON} ({total - seen})"
        below.append(_button(label, f"{Action.MORE.value}:{reply_id}:{seen}"))
    if votable:
        below.append(_button(texts.UP_BUTTON, f"{Action.UP.value}:{reply_id}"))
        below.append(_button(texts.DOWN_BUTTON, f"{Action.DOWN.value}:{reply_id}"))
    return InlineKeyboardMarkup([row for row in (contexts, below) if row])


def closest_keyboard(reply_id: str) -> InlineKeyboardMarkup:
    """The offer under a refusal."""
    return InlineKeyboardMarkup([[_button(texts.CLOSEST_BUTTON, f"{Action.CLOSEST.value}:{reply_id}")]])


def pages_keyboard(page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Leafing through the sources; None when they fit one page. Pages count from 0."""
    row = []
    if page > 0:
        row.append(_button(texts.PREVIOUS_BUTTON, f"{Action.SOURCES.value}:{page - 1}"))
    if page < pages - 1:
        row.append(_button(texts.NEXT_BUTTON, f"{Action.SOURCES.value}:{page + 1}"))
    return InlineKeyboardMarkup([row]) if row else None


def _button(label: str, callback_data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=callback_data)
