"""What admins read of how the bot is used."""

from datetime import UTC, datetime, timedelta

from bot.admin.reports import Stats, UsageReports
from bot.store import Store
from tests.bot.examples import answer, clarification, refusal
from tests.bot.fakes import small_index


def test_the_figures_are_those_of_the_last_days() -> None:
    with Store.in_memory() as store:
        store.save_reply(answer(), asked_at=datetime.now(UTC) - timedelta(days=2))
        store.save_reply(refusal())
        store.save_reply(clarification())

        stats = UsageReports(store.usage, store.load_reply, small_index()).stats(days=1)

    assert stats == Stats(
        since=stats.since,
        questions=2,
        answered=0,
        refused=1,
        asked_back=1,
        votes_up=0,
        votes_down=0,
        conversations=1,
        p50_ms=8.0,
        p95_ms=32.5,
    )
    assert stats.since == datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
