"""Whether quotations are real: each is looked for over every kept revision of every article."""

from bot.checking.checker import Checker
from bot.checking.passages import holds_quotation
from bot.checking.requests import asks_to_check
from bot.checking.verdicts import CheckedQuote, Cut, CutKind, Difference, Match, Verdict

__all__ = [
    "CheckedQuote",
    "Checker",
    "Cut",
    "CutKind",
    "Difference",
    "Match",
    "Verdict",
    "asks_to_check",
    "holds_quotation",
]
