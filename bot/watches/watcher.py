"""Watcher: looks through what has arrived for all that is watched, and keeps what is to be told, once.

Which articles were looked through is kept with what came of it, in one transaction: a kill in between loses nothing and
repeats nothing, and what arrived while nothing ran is looked through at the next start.
"""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, Protocol

import numpy as np

from bot.answering import Answer, Answerer
from bot.chat_settings import ChatSettings
from bot.replies import Reply
from bot.watches.foreseeing import as_if_arrived
from bot.watches.matching import Match, Matching, Round
from bot.watches.telling import Telling, conversations_of, watch_conversation
from bot.watches.watch import Alert, AlertState, Watch, WatchCounts, WatchVector
from index import Article
from index.attribution.names import NameCorrections
from index.embedding.embedder import Vectors
from index.hashing import hash64
from index.search.retrieval import Archive, Retriever

logger = logging.getLogger(__name__)

_ARTICLES_AT_ONCE: Final = 64
_REMEMBERED_QUOTES: Final = 300
_SIGNED: Final = 1 << 63


class Watches(Protocol):
    """Where it is kept what is watched, and what came of it: see `bot.store.own_accord.watches.WatchRecords`."""

    def state(self) -> tuple[int, ...]:
        """Return what changes when other things are watched than before."""

    def active(self) -> list[Watch]:
        """Return every watch that is not paused, of chats that can be told."""

    def vectors(self, embedder: str) -> Mapping[str, Vectors]:
        """Return the vectors of watched words that this embedder made."""

    def keep_vectors(self, vectors: Mapping[str, Vectors], embedder: str) -> None:
        """Keep what an embedder made of watched words."""

    def matched(self) -> frozenset[int]:
        """Return the digests of all articles that were matched."""

    def keep(self, digests: Sequence[int], found: Sequence[tuple[Alert, Reply]]) -> bool:
        """Note that articles were matched, and what came of it; False if somebody else matched one."""

    def counts(self, since: datetime) -> WatchCounts:
        """Return how much is watched, how many alerts there were since then, and the votes on them."""

    def told_today(self, chat: str, since: datetime) -> int:
        """Return how many alerts a chat got since its day began."""

    def told(self, conversations: Sequence[str], *, most: int) -> list[tuple[str, str]]:
        """Return the newest quotes that were shown in conversations, each with the id of its article."""


class Settings(Protocol):
    """What chats have set: see `bot.store.chat_settings.ChatSettingsRecords`."""

    def of(self, chat: str) -> ChatSettings:
        """Return what a chat has set."""


class Source(Protocol):
    """Where the current retriever comes from, as `LiveIndex`."""

    def retriever(self) -> Retriever:
        """Return the retriever of the snapshot in service."""


@dataclass(frozen=True, slots=True)
class WatcherStore:
    """What a watcher reads and writes."""

    watches: Watches
    settings: Settings
    name_corrections: Callable[[], NameCorrections]


class Watcher:
    """Looks when it is asked to, in a thread of one caller at a time; of several replicas the leader asks it."""

    def __init__(
        self,
        source: Source,
        answerer: Answerer,
        store: WatcherStore,
        *,
        alerts_a_day: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`alerts_a_day`: how many a chat gets, unless it has set another number; what is over waits for its digest."""
        self._source = source
        self._answerer = answerer
        self._store = store
        self._alerts_a_day = alerts_a_day
        self._now = now
        self._seen_snapshot: str | None = None
        self._matched: set[int] | None = None
        self._matching: Matching | None = None
        self._state: tuple[int, ...] = ()

    def look(
        self, is_stopped: Callable[[], bool] = lambda: False, give_way: Callable[[], object] = lambda: None
    ) -> int:
        """Look through the articles that no watcher has looked through, and return how many alerts came of it.

        `give_way` is called between any two questions and chats, and may take its time.

        Raises:
            StoreUnavailable: nothing more can be kept; the next look goes on from there.
        """
        retriever = self._source.retriever()
        if retriever.snapshot.name == self._seen_snapshot:
            return 0
        if self._matched is None:
            self._matched = set(self._store.watches.matched())
        arrived = self._arrived(retriever.archive)
        if not self._matched:  # the first time of all: what is there has not just arrived
            self._note(list(arrived), [])
            arrived = {}
        n_alerts = 0
        for digests in _batches(arrived, _ARTICLES_AT_ONCE):
            if is_stopped():
                return n_alerts
            n_alerts += self._look_through({arrived[one]: one for one in digests}, retriever, is_stopped, give_way)
        if self._matched is not None:  # else another replica is at it, and it is looked again
            self._seen_snapshot = retriever.snapshot.name
        return n_alerts

    def counts(self, days: int) -> WatchCounts:
        """Return how much is watched, and what came of it in the last `days` days."""
        return self._store.watches.counts(self._now() - timedelta(days=days))

    def start_over(self) -> None:
        """Read anew what was looked through: another replica may have led meanwhile."""
        self._seen_snapshot, self._matched = None, None

    def chats_told_of(self, articles: Sequence[Article]) -> int:
        """Return how many chats would be told of these articles, if they arrived now; nothing is kept.

        Raises:
            IndexingError: they cannot be read as articles.
        """
        if not self._store.watches.state()[0]:
            return 0
        matching = self._matching_for(self._source.retriever())
        with as_if_arrived(articles, self._source.retriever()) as retriever:
            corrections = self._store.name_corrections()
            found = matching.matches(retriever.archive.ids(), self._answerer, retriever, corrections)
            return len({chat for (chat, _), some in _by_place(found).items() if self._news(chat, some, retriever)})

    def vector_of(self, words: str) -> WatchVector:
        """Return what is kept of a watch's words beside them."""
        retriever = self._source.retriever()
        return WatchVector(retriever.vectors_of([words])[0], retriever.fingerprint)

    def _look_through(
        self,
        digest_of: Mapping[str, int],
        retriever: Retriever,
        is_stopped: Callable[[], bool],
        give_way: Callable[[], object],
    ) -> int:
        """Look through articles, the likeliest questions first; what comes of these is kept before others are read.

        Where it ends in between, it goes on with the questions that were not read.
        """
        ids, digests, n_alerts = list(digest_of), list(digest_of.values()), 0
        matching, corrections = self._matching_for(retriever), self._store.name_corrections()
        matches = matching.said(ids, retriever, corrections)
        rounds = matching.rounds(ids, retriever) or [()]
        for number, candidacies in enumerate(rounds, start=1):
            if is_stopped():
                break
            noted = digests if number == len(rounds) else [_digest_of_round(digests, candidacies)]
            if self._matched is not None and self._matched.issuperset(noted):
                matches = []
                continue
            matches += matching.read(candidacies, self._answerer, retriever, give_way)
            found = list(self._found(matches, retriever, give_way))
            if not self._note(noted, found):
                logger.info("another replica has looked through what arrived")
                self.start_over()
                break
            n_alerts, matches = n_alerts + len(found), []
        if n_alerts:
            logger.info("%d articles set off %d alerts", len(ids), n_alerts)
        return n_alerts

    def _found(
        self, matches: Iterable[Match], retriever: Retriever, give_way: Callable[[], object]
    ) -> Iterator[tuple[Alert, Reply]]:
        for (chat, topic), some in _by_place(matches).items():
            give_way()
            yield from self._alerts(chat, topic, some, retriever)

    def _alerts(
        self, chat: str, topic: int, matches: Sequence[Match], retriever: Retriever
    ) -> list[tuple[Alert, Reply]]:
        """Return what a place is to be told of, one alert for the hits of a story, and the replies that show them."""
        settings, now = self._store.settings.of(chat), self._now()
        most = settings.alerts_a_day if settings.alerts_a_day is not None else self._alerts_a_day
        room = most - self._store.watches.told_today(chat, settings.day_began(now))
        alerts: list[tuple[Alert, Reply]] = []
        for watch, answer in self._news(chat, matches, retriever):
            reply = _reply(watch, answer)
            state = AlertState.DUE if len(alerts) < room else AlertState.HELD
            alerts.append((Alert(watch.id, chat, topic, reply.id, now, state), reply))
        return alerts

    def _news(self, chat: str, matches: Sequence[Match], retriever: Retriever) -> list[tuple[Watch, Answer]]:
        """Return what of the matches a chat has not heard, neither in alerts nor in answers."""
        told = self._store.watches.told(conversations_of(chat), most=_REMEMBERED_QUOTES)
        return list(Telling(told, retriever.archive).news_of(matches))

    def _matching_for(self, retriever: Retriever) -> Matching:
        state = self._store.watches.state()
        if self._matching is None or state != self._state or not self._matching.fits(retriever):
            self._matching = Matching(self._store.watches.active(), self._vectors(retriever), retriever)
            self._state = state
        return self._matching

    def _vectors(self, retriever: Retriever) -> Callable[[Sequence[str]], Vectors]:
        def vectors_of(texts: Sequence[str]) -> Vectors:
            known = dict(self._store.watches.vectors(retriever.fingerprint))
            missing = [text for text in texts if text not in known]
            if missing:
                made = dict(zip(missing, retriever.embed(missing), strict=True))
                self._store.watches.keep_vectors(made, retriever.fingerprint)
                known |= made
            rows = [known[text] for text in texts]
            return np.stack(rows) if rows else np.empty((0, retriever.snapshot.manifest.dimension), np.float32)

        return vectors_of

    def _note(self, digests: Sequence[int], found: Sequence[tuple[Alert, Reply]]) -> bool:
        if not self._store.watches.keep(digests, found):
            return False
        if self._matched is not None:
            self._matched.update(digests)
        return True

    def _arrived(self, archive: Archive) -> dict[int, str]:
        """Return the articles that were not looked through, in the order they were added, by their digests."""
        assert self._matched is not None
        digests = {
            hash64(f"{article_id}\0{place.fingerprint.hex()}") - _SIGNED: article_id
            for article_id, place in archive.places()
        }
        return {digest: article_id for digest, article_id in digests.items() if digest not in self._matched}


def _digest_of_round(digests: Iterable[int], candidacies: Round) -> int:
    """Return what stands for a round before the last one: of two that look through the same, one tells."""
    return hash64(f"{sorted(digests)}\0{sorted((one.article_id, one.words) for one in candidacies)}") - _SIGNED


def _reply(watch: Watch, answer: Answer) -> Reply:
    conversation = watch_conversation(watch.chat)
    return Reply(secrets.token_hex(8), conversation, watch.words, watch.words, answer, {})


def _by_place(matches: Iterable[Match]) -> dict[tuple[str, int], list[Match]]:
    by_place: dict[tuple[str, int], list[Match]] = {}
    for match in matches:
        by_place.setdefault((match.watch.chat, match.watch.topic), []).append(match)
    return by_place


def _batches(digests: Iterable[int], size: int) -> Iterable[list[int]]:
    waiting = iter(list(digests))
    while batch := list(islice(waiting, size)):
        yield batch
