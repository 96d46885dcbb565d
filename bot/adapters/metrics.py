"""Metrics: counters of what the bot does, for Prometheus. No label ever holds a person, a chat or words."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.admin.freshness import Freshness
from bot.admin.operations import IndexOperations
from bot.answering import Answer, Clarification, Refusal, Remark
from bot.replies import Reply

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


MessageOutcome = Literal["sent", "found", "edited", "taken back", "refused", "expired"]
"""How a message to Telegram ended. One that is `found` had arrived unnoticed; one that is `edited` or `taken back` was
there before."""


class Metrics:
    """Counts since the process started, each in a registry of its own so that two bots in a test do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answered = Counter("newsquote_answered", "Questions answered with a quote", registry=self.registry)
        self._refused = Counter(
            "newsquote_refused", "Questions that no article answers", ["reason"], registry=self.registry
        )
        self._asked_back = Counter(
            "newsquote_asked_back", "Questions answered with a question back", registry=self.registry
        )
        self._remarked = Counter(
            "newsquote_remarked", "Small talk and the like, answered in the bot's own words", registry=self.registry
        )
        self._questions = Counter("newsquote_questions", "Questions read", registry=self.registry)
        self._turned_away = Counter(
            "newsquote_turned_away", "Questions not read, and why", ["reason"], registry=self.registry
        )
        self._stages = Histogram(
            "newsquote_stage_seconds",
            "Time of each stage of a reply",
            ["stage"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._messages = Counter(
            "newsquote_messages", "Messages to Telegram, and how they ended", ["outcome"], registry=self.registry
        )
        self._errors = Counter(
            "newsquote_telegram_errors",
            "Calls that Telegram refused or that failed",
            ["kind"],
            registry=self.registry,
        )
        self._in_hand = Gauge(
            "newsquote_updates_in_hand", "Updates being handled or waiting for it", registry=self.registry
        )

    def count_reply(self, reply: Reply) -> None:
        """Count a question that was read, whatever came of it."""
        self._questions.inc()
        match reply.outcome:
            case Answer():
                self._answered.inc()
            case Refusal(reason=reason):
                self._refused.labels(reason.name.lower()).inc()
            case Clarification():
                self._asked_back.inc()
            case Remark():
                self._remarked.inc()
        for stage, milliseconds in reply.timings_ms.items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def count_turned_away(self, reason: str) -> None:
        """Count a question that was not read: `busy` or `too_many`."""
        self._turned_away.labels(reason).inc()

    def count_message(self, outcome: MessageOutcome) -> None:
        """Count a message that is settled."""
        self._messages.labels(outcome).inc()

    def count_error(self, error: Exception) -> None:
        """Count a call to Telegram that went wrong."""
        self._errors.labels(type(error).__name__).inc()

    def watch(
        self, operations: IndexOperations, in_hand: Callable[[], int], freshness: Callable[[], Freshness]
    ) -> None:
        """Add figures that are looked up when somebody asks: those of the index in service, and the queue."""
        self._in_hand.set_function(in_hand)
        self.registry.register(_IndexFigures(operations, freshness))

    def exposition(self) -> bytes:
        """Return all figures in the format that Prometheus reads."""
        return generate_latest(self.registry)


class _IndexFigures(Collector):
    def __init__(self, operations: IndexOperations, freshness: Callable[[], Freshness]) -> None:
        self._operations = operations
        self._freshness = freshness

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        status = self._operations.status()
        age = (datetime.now(UTC) - status.built_at).total_seconds()
        yield GaugeMetricFamily("newsquote_index_age_seconds", "Since the index in service was built", age)
        yield GaugeMetricFamily("newsquote_index_articles", "Articles in service", status.articles)
        yield GaugeMetricFamily("newsquote_index_passages", "Passages in service", status.passages)
        fresh = self._freshness()
        if fresh.age_seconds is not None:
            newest = "Since the newest article was published"
            yield GaugeMetricFamily("newsquote_newest_article_age_seconds", newest, fresh.age_seconds)
        silent = "Feeds of which nothing came for much longer than ever"
        yield GaugeMetricFamily("newsquote_silent_feeds", silent, len(fresh.silent))
