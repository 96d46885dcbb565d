"""WatchRecords: keeps what is watched, which articles were matched, and what came of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, insert, or_, select, update

from bot.replies import Reply, Vote
from bot.store.tables import alerts, chat_settings, citations, matched_articles, replies, turns, votes, watches
from bot.store.transactions import Transactions, Upsert, outlives_connections
from bot.store.written_replies import write_new_replies
from bot.watches.watch import Alert, AlertState, Watch, WatchCounts, WatchVector
from index.embedding.embedder import Vectors

_ROWS_AT_ONCE: Final = 500
_CHATS_OF_ONE: Final = 4
"""Who watches in ever more chats may watch as much in all of them as so many chats may."""
_NEW_WATCH: Final = Upsert(watches, lambda insert: insert.on_conflict_do_nothing().returning(watches.c.id))
_NEW_ARTICLE: Final = Upsert(
    matched_articles, lambda insert: insert.on_conflict_do_nothing().returning(matched_articles.c.digest)
)
_CAN_BE_TOLD: Final = (
    watches.c.paused.is_(False),
    watches.c.chat.not_in(select(chat_settings.c.chat).where(chat_settings.c.unreachable_since.is_not(None))),
)


class _MatchedByOthers(Exception):
    """Another replica has matched one of the articles."""


class WatchRecords(Transactions):
    """Safe to call from several threads; a method returns once its change is kept. Chats are `MESSENGER:NUMBER`.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def add(self, watch: Watch, owner: str, vector: WatchVector | None, *, most: int) -> Watch | None:
        """Keep a watch, whose id counts for nothing, and return it with the id it got, or the one of these words that
        is there already, paused no more. None: there are as many as `most` in the chat, or its owner watches as much as
        one may in all chats together."""
        row = {
            "chat": watch.chat,
            "topic": watch.topic,
            "owner": owner,
            "words": watch.words,
            "is_said": watch.is_said,
            "bar": watch.bar,
            "paused": False,
            "created_at": watch.created_at,
            "vector": vector.vector.astype(np.float16).tobytes() if vector is not None else None,
            "embedder": vector.embedder if vector is not None else None,
        }
        same = (watches.c.chat == watch.chat, watches.c.topic == watch.topic, watches.c.words == watch.words)
        with self._writing() as connection:
            known = connection.scalar(select(watches.c.id).where(*same))
            if known is None and (
                _count(connection, watches.c.chat == watch.chat) >= most
                or _count(connection, watches.c.owner == owner) >= most * _CHATS_OF_ONE
            ):
                return None
            connection.execute(_NEW_WATCH.on(connection), row)
            connection.execute(update(watches).where(*same).values(paused=False))
            return _watch_from(connection.execute(select(watches).where(*same)).mappings().one())

    @outlives_connections
    def of(self, chat: str, topic: int) -> list[Watch]:
        """Return what is watched in a chat, or a topic of it, oldest first."""
        found = select(watches).where(watches.c.chat == chat, watches.c.topic == topic).order_by(watches.c.id)
        with self._reading() as connection:
            return [_watch_from(row) for row in connection.execute(found).mappings()]

    @outlives_connections
    def get(self, watch_id: int) -> Watch | None:
        """Return a watch, or None if there is none of that id."""
        with self._reading() as connection:
            row = connection.execute(select(watches).where(watches.c.id == watch_id)).mappings().one_or_none()
        return _watch_from(row) if row is not None else None

    @outlives_connections
    def change(self, watch_id: int, *, paused: bool | None = None, bar: float | None = None) -> None:
        """Pause a watch or let it go on, or set its bar."""
        values = {name: value for name, value in (("paused", paused), ("bar", bar)) if value is not None}
        with self._writing() as connection:
            connection.execute(update(watches).where(watches.c.id == watch_id).values(values))

    @outlives_connections
    def delete(self, watch_id: int) -> None:
        """Delete a watch with its alerts."""
        with self._writing() as connection:
            connection.execute(delete(alerts).where(alerts.c.watch_id == watch_id))
            connection.execute(delete(watches).where(watches.c.id == watch_id))

    @outlives_connections
    def state(self) -> tuple[int, ...]:
        """Return what changes when other things are watched than before."""
        counted = select(
            func.count(), func.coalesce(func.max(watches.c.id), 0), func.coalesce(func.sum(watches.c.id), 0)
        )
        with self._reading() as connection:
            return tuple(int(each) for each in connection.execute(counted.where(*_CAN_BE_TOLD)).one())

    @outlives_connections
    def active(self) -> list[Watch]:
        """Return every watch that is not paused, of chats that can be told, oldest first."""
        found = select(*_WATCH_COLUMNS).where(*_CAN_BE_TOLD).order_by(watches.c.id)
        with self._reading() as connection:
            return [_watch_from(row) for row in connection.execute(found).mappings()]

    @outlives_connections
    def words_of(self, chat: str) -> list[str]:
        """Return the words of the questions and subjects that are watched for in a chat, in all its topics."""
        found = select(watches.c.words).where(watches.c.chat == chat, watches.c.is_said.is_(False), *_CAN_BE_TOLD)
        with self._reading() as connection:
            return list(connection.scalars(found.order_by(watches.c.id)))

    @outlives_connections
    def vectors(self, embedder: str) -> Mapping[str, Vectors]:
        """Return the vectors of watched words that this embedder made."""
        found = select(watches.c.words, watches.c.vector).where(
            watches.c.embedder == embedder, watches.c.vector.is_not(None), *_CAN_BE_TOLD
        )
        with self._reading() as connection:
            return {
                words: np.frombuffer(vector, np.float16).astype(np.float32)
                for words, vector in connection.execute(found)
            }

    @outlives_connections
    def keep_vectors(self, vectors: Mapping[str, Vectors], embedder: str) -> None:
        """Keep what an embedder made of watched words."""
        with self._writing() as connection:
            for words, vector in vectors.items():
                values = {"vector": vector.astype(np.float16).tobytes(), "embedder": embedder}
                connection.execute(update(watches).where(watches.c.words == words).values(values))

    @outlives_connections
    def matched(self) -> frozenset[int]:
        """Return the digests of all articles that were matched."""
        with self._reading() as connection:
            return frozenset(connection.scalars(select(matched_articles.c.digest)))

    @outlives_connections
    def keep(self, digests: Collection[int], found: Sequence[tuple[Alert, Reply]]) -> bool:
        """Note that articles were matched, and what came of it, all or none; False if somebody else matched one."""
        try:
            with self._writing() as connection:
                _note_matched(connection, digests)
                write_new_replies(connection, [(reply, alert.found_at) for alert, reply in found])
                if found:
                    connection.execute(insert(alerts), [_alert_row(alert) for alert, _ in found])
        except _MatchedByOthers:
            return False
        return True

    @outlives_connections
    def alerts(self, state: AlertState, chat: str | None = None) -> list[Alert]:
        """Return the alerts in a state, of every chat or of one, oldest first."""
        which = [alerts.c.state == state.value, *([alerts.c.chat == chat] if chat is not None else [])]
        with self._reading() as connection:
            rows = connection.execute(select(alerts).where(*which).order_by(alerts.c.id)).mappings()
            return [_alert_from(row) for row in rows]

    @outlives_connections
    def settle(self, alert_ids: Collection[int], state: AlertState) -> None:
        """Note what became of alerts."""
        with self._writing() as connection:
            connection.execute(update(alerts).where(alerts.c.id.in_(set(alert_ids))).values(state=state.value))

    @outlives_connections
    def told_today(self, chat: str, since: datetime) -> int:
        """Return how many alerts a chat got since its day began, or is about to get."""
        held = (AlertState.HELD.value, AlertState.DIGESTED.value)
        counted = select(func.count()).where(
            alerts.c.chat == chat, alerts.c.found_at >= since, alerts.c.state.not_in(held)
        )
        with self._reading() as connection:
            return connection.execute(counted).scalar_one()

    @outlives_connections
    def watch_of(self, reply_id: str) -> Watch | None:
        """Return the watch whose alert shows a reply, or None if there is none."""
        found = select(*_WATCH_COLUMNS).join_from(watches, alerts).where(alerts.c.reply_id == reply_id)
        with self._reading() as connection:
            row = connection.execute(found.limit(1)).mappings().one_or_none()
        return _watch_from(row) if row is not None else None

    @outlives_connections
    def told(self, conversations: Sequence[str], *, most: int) -> list[tuple[str, str]]:
        """Return the newest quotes that were shown in conversations, each with the id of its article.

        An entry that ends in a colon stands for every conversation that begins with it.
        """
        which = or_(
            *(
                turns.c.conversation_id.startswith(name, autoescape=True)
                if name.endswith(":")
                else turns.c.conversation_id == name
                for name in conversations
            )
        )
        found = (
            select(citations.c.text, citations.c.article_id)
            .join_from(citations, replies)
            .join(turns)
            .where(which, and_(replies.c.answered, citations.c.number <= func.coalesce(replies.c.n_strong, 1)))
            .order_by(turns.c.id.desc())
            .limit(most)
        )
        with self._reading() as connection:
            return [(text, article_id) for text, article_id in connection.execute(found)]

    @outlives_connections
    def counts(self, since: datetime) -> WatchCounts:
        """Return how much is watched, how many alerts there were since then, and the votes on them."""
        voted = (
            select(votes.c.value, func.count())
            .join_from(votes, alerts, votes.c.reply_id == alerts.c.reply_id)
            .where(alerts.c.found_at >= since)
            .group_by(votes.c.value)
        )
        paused = select(func.count()).select_from(watches).where(watches.c.paused)
        with self._reading() as connection:
            by_vote: dict[int, int] = {value: count for value, count in connection.execute(voted)}
            return WatchCounts(
                watches=connection.execute(select(func.count()).select_from(watches)).scalar_one(),
                paused=connection.execute(paused).scalar_one(),
                chats=connection.execute(select(func.count(watches.c.chat.distinct()))).scalar_one(),
                alerts=connection.execute(select(func.count()).where(alerts.c.found_at >= since)).scalar_one(),
                votes_up=by_vote.get(Vote.UP.value, 0),
                votes_down=by_vote.get(Vote.DOWN.value, 0),
            )

    @outlives_connections
    def forget(self, chat: str) -> None:
        """Delete what is watched in a chat and what somebody of that number watches anywhere, with its alerts."""
        theirs = select(watches.c.id).where(or_(watches.c.chat == chat, watches.c.owner == chat))
        with self._writing() as connection:
            connection.execute(delete(alerts).where(alerts.c.watch_id.in_(theirs)))
            connection.execute(delete(watches).where(or_(watches.c.chat == chat, watches.c.owner == chat)))

    @outlives_connections
    def delete_before(self, moment: datetime) -> None:
        """Delete the alerts of before then."""
        with self._writing() as connection:
            connection.execute(delete(alerts).where(alerts.c.found_at < moment))


_WATCH_COLUMNS: Final = tuple(column for column in watches.c if column.name not in ("vector", "embedder"))


def _note_matched(connection: Connection, digests: Collection[int]) -> None:
    rows = [{"digest": digest, "matched_at": datetime.now(UTC)} for digest in sorted(digests)]
    noted = 0
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[first : first + _ROWS_AT_ONCE]
        noted += len(connection.execute(_NEW_ARTICLE.on(connection), some).all())
    if noted != len(rows):
        raise _MatchedByOthers


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(watches).where(which)).scalar_one()


def _watch_from(row: RowMapping) -> Watch:
    return Watch(
        row["id"],
        row["chat"],
        row["topic"],
        row["words"],
        row["is_said"],
        row["bar"],
        row["paused"],
        row["created_at"],
    )


def _alert_row(alert: Alert) -> dict[str, Any]:
    return {
        "watch_id": alert.watch_id,
        "chat": alert.chat,
        "topic": alert.topic,
        "reply_id": alert.reply_id,
        "found_at": alert.found_at,
        "state": alert.state.value,
    }


def _alert_from(row: RowMapping) -> Alert:
    return Alert(
        row["watch_id"],
        row["chat"],
        row["topic"],
        row["reply_id"],
        row["found_at"],
        AlertState(row["state"]),
        row["id"],
    )
