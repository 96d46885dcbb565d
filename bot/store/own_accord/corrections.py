"""CorrectionRecords: keeps what was corrected of quotes, and who has been told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, delete, select, true, update

from bot.corrections.corrections import ChangedSentence, Found, QuoteCorrection, QuotedWords, ToTell
from bot.quoting.quotes import Quote
from bot.store.rows import Row
from bot.store.tables import citations, correction_notices, corrections, replies, turns
from bot.store.transactions import Transactions, Upsert, keep_if_new, outlives_connections
from index import Span

_KEEP: Final = keep_if_new(corrections)
_TO_TELL: Final = Upsert(
    correction_notices,
    lambda insert: insert.on_conflict_do_update(
        index_elements=list(correction_notices.primary_key),
        set_={name: insert.excluded[name] for name in ("new_revision", "reply_id")},
        where=correction_notices.c.told_at.is_(None),
    ),
)
_OF_ARTICLE: Final = ("title", "source", "published_at", "url", "seen_at")
_AGAIN: Final = 4
"""A sentence may have been corrected several times over: so many rows are read for each that is listed."""
_SHOWN: Final = and_(
    replies.c.answered.is_(True),
    citations.c.number <= case((replies.c.n_strong > 1, replies.c.n_strong), else_=1),
)
"""What of a reply is shown unasked."""


class CorrectionRecords(Transactions):
    """Safe to call from several threads; a method returns once its change is kept.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def quoted_revisions(self, since: datetime, conversation_id: str | None = None) -> list[tuple[str, str]]:
        """Return the articles and revisions that were quoted since then, each once, to anybody or in a conversation."""
        quoted = (
            select(citations.c.article_id, citations.c.revision)
            .select_from(citations.join(replies).join(turns))
            .where(_SHOWN, turns.c.asked_at >= since, _of(conversation_id))
            .distinct()
        )
        with self._reading() as connection:
            return sorted((row.article_id, row.revision) for row in connection.execute(quoted))

    @outlives_connections
    def quoted_words(
        self, article_id: str, revision: str, since: datetime, conversation_id: str | None = None
    ) -> list[QuotedWords]:
        """Return what was quoted of a revision since then, the first first."""
        quoted = (
            select(citations, turns.c.conversation_id)
            .select_from(citations.join(replies).join(turns))
            .where(
                _SHOWN,
                citations.c.article_id == article_id,
                citations.c.revision == revision,
                turns.c.asked_at >= since,
                _of(conversation_id),
            )
            .order_by(turns.c.id, citations.c.number)
        )
        with self._reading() as connection:
            return [_quoted_from(row) for row in connection.execute(quoted).mappings()]

    @outlives_connections
    def keep(self, found: Iterable[Found]) -> int:
        """Keep corrections, and whom to tell of them that has not been told, and return how many of those there are.

        A conversation is told of a sentence once, what it is when it is told; of its replies the last that quotes it
        counts.
        """
        with self._writing() as connection:
            return sum(_keep(connection, correction, quoted) for correction, quoted in found)

    @outlives_connections
    def untold(self, *, messenger: str | None = None, conversation_id: str | None = None) -> list[ToTell]:
        """Return what a conversation has not been told, or all those of a messenger, an article each."""
        of_messenger = correction_notices.c.conversation_id.startswith(f"{messenger}:", autoescape=True)
        which = of_messenger if messenger is not None else correction_notices.c.conversation_id == conversation_id
        untold = (
            select(corrections, correction_notices.c.conversation_id, correction_notices.c.reply_id, turns.c.id)
            .select_from(correction_notices.join(corrections).join(replies).join(turns))
            .where(which, correction_notices.c.told_at.is_(None))
            .order_by(correction_notices.c.conversation_id, corrections.c.article_id, turns.c.id, corrections.c.seen_at)
        )
        with self._reading() as connection:
            rows = connection.execute(untold).mappings().all()
        groups = groupby(rows, key=lambda row: (row["conversation_id"], row["article_id"]))
        return [_to_tell(conversation, list(some)) for (conversation, _), some in groups]

    @outlives_connections
    def note_told(self, told: ToTell, at: datetime) -> None:
        """Note that a conversation has been told, or that it is not to be."""
        which = and_(
            correction_notices.c.conversation_id == told.conversation_id,
            correction_notices.c.article_id == told.article_id,
            correction_notices.c.fingerprint.in_(told.fingerprints),
        )
        with self._writing() as connection:
            connection.execute(update(correction_notices).where(which).values(told_at=at))

    @outlives_connections
    def last(self, most: int) -> list[QuoteCorrection]:
        """Return the corrections found last, the newest first."""
        newest = select(corrections).order_by(corrections.c.seen_at.desc(), corrections.c.fingerprint)
        with self._reading() as connection:
            rows = connection.execute(newest.limit(_AGAIN * most)).mappings().all()
        each_once = {(row["article_id"], row["fingerprint"]): row for row in reversed(rows)}
        return [_correction_from(row) for row in reversed(each_once.values())][:most]

    @outlives_connections
    def delete_before(self, moment: datetime) -> None:
        """Delete what was found before then."""
        with self._writing() as connection:
            connection.execute(delete(corrections).where(corrections.c.seen_at < moment))


def _keep(connection: Connection, correction: QuoteCorrection, quoted: Sequence[QuotedWords]) -> int:
    sentence, last = correction.sentence, {each.conversation_id: each.reply_id for each in quoted}
    told = select(correction_notices.c.conversation_id).where(
        correction_notices.c.article_id == sentence.article_id,
        correction_notices.c.fingerprint == sentence.fingerprint,
        correction_notices.c.told_at.is_not(None),
    )
    # Replies that are gone already (a reader had all forgotten meanwhile) are nothing to tell of.
    known = select(replies.c.id).where(replies.c.id.in_(last.values())).with_for_update(read=True)
    is_kept, is_told = set(connection.scalars(known)), set(connection.scalars(told))
    waiting = {name: reply for name, reply in last.items() if reply in is_kept and name not in is_told}
    if waiting:
        connection.execute(_KEEP.on(connection), _row_of(correction))
        common = {"article_id": sentence.article_id, "fingerprint": sentence.fingerprint}
        common["new_revision"] = correction.new_revision
        rows = [{"conversation_id": name, "reply_id": reply, **common} for name, reply in waiting.items()]
        connection.execute(_TO_TELL.on(connection), rows)
    return len(waiting)


def _of(conversation_id: str | None) -> ColumnElement[bool]:
    return turns.c.conversation_id == conversation_id if conversation_id is not None else true()


def _quoted_from(row: RowMapping) -> QuotedWords:
    quote = Quote(row["article_id"], row["revision"], Span(row["start"], row["end"]), row["text"])
    return QuotedWords(row["conversation_id"], row["reply_id"], quote)


def _row_of(correction: QuoteCorrection) -> Row:
    sentence, now = correction.sentence, correction.now
    return {
        "article_id": sentence.article_id,
        "fingerprint": sentence.fingerprint,
        "revision": sentence.revision,
        "words": sentence.words,
        "new_revision": correction.new_revision,
        "start": now.span.start if now is not None else None,
        "end": now.span.end if now is not None else None,
        "new_words": now.text if now is not None else None,
        "notes": [[note.span.start, note.span.end, note.text] for note in correction.notes],
        **{name: getattr(correction, name) for name in _OF_ARTICLE},
    }


def _correction_from(row: RowMapping) -> QuoteCorrection:
    def quote(start: int, end: int, text: str) -> Quote:
        return Quote(row["article_id"], row["new_revision"], Span(start, end), text)

    of_article: dict[str, Any] = {name: row[name] for name in _OF_ARTICLE}
    return QuoteCorrection(
        ChangedSentence(row["article_id"], row["revision"], row["words"], row["fingerprint"]),
        row["new_revision"],
        quote(row["start"], row["end"], row["new_words"]) if row["new_words"] is not None else None,
        tuple(quote(*note) for note in row["notes"]),
        **of_article,
    )


def _to_tell(conversation_id: str, rows: Sequence[RowMapping]) -> ToTell:
    return ToTell(conversation_id, rows[-1]["reply_id"], tuple(map(_correction_from, rows)))
