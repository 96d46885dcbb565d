"""When a reply should say how old the newest article is: where somebody wants what is new, or may not have found it
since nothing new is there."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.answering import Answer, Outcome, Refusal, RefusalReason
from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.operators import Scope
from index import AskedDates
from index.search.retrieval import Retriever

_OLD: Final = timedelta(days=2)
_MAY_BE_TOO_NEW: Final = frozenset(
    {RefusalReason.NOTHING_ON_TOPIC, RefusalReason.NOT_ANSWERED, RefusalReason.OUTSIDE_SCOPE}
)


def newest_worth_telling(
    outcome: Outcome, told: ToldKind, asked: str, scope: Scope, retriever: Retriever
) -> date | None:
    """Return the day of the newest article that a message might have been answered from, where it matters; else None.

    It does where that is two days old or more, nothing older was asked for, and the message wants the latest or was
    refused.
    """
    today = scope.asked_on or datetime.now(UTC).date()
    query = scope.query(asked)
    if scope.before is not None or scope.articles is not None or _asks_about_the_past(query.dates, today):
        return None
    if not (_wants_the_latest(outcome, told, query.dates, today) or _is_refused(outcome)):
        return None
    newest = retriever.newest_day(query)
    return newest if newest is not None and today - newest >= _OLD else None


def _asks_about_the_past(dates: AskedDates | None, today: date) -> bool:
    return dates is not None and dates.last is not None and dates.last < today - _OLD


def _wants_the_latest(outcome: Outcome, told: ToldKind, dates: AskedDates | None, today: date) -> bool:
    if not isinstance(outcome, Answer):
        return False
    is_told = told.is_sure and (told.kind is MessageKind.LATEST or told.topic is Topic.NEWEST)
    of_now = dates is not None and (dates.latest or (dates.first is not None and dates.first > today - _OLD))
    return is_told or of_now


def _is_refused(outcome: Outcome) -> bool:
    return isinstance(outcome, Refusal) and outcome.reason in _MAY_BE_TOO_NEW
