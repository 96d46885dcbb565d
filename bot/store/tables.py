"""The tables, and the column types that bring a value back exactly as it went in, on every database."""

import re
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect

SCHEMA_VERSION = "0062"
"""The newest migration: it stands here too, so that opening an up-to-date database needs no alembic."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufdd0]")
_ESCAPED = re.compile("\ufdd0([0-9a-f]{4})")


class Words(TypeDecorator[str]):
    """Holds any text at all. PostgreSQL takes no NUL and no driver takes a lone surrogate, yet articles hold both.

    Those characters are written as U+FDD0 (a noncharacter, itself escaped) and four hex digits.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text with what cannot be stored escaped."""
        if value is None:
            return None
        return _UNSTORABLE.sub(lambda found: f"\ufdd0{ord(found[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it was."""
        return None if value is None else _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)


class Instant(TypeDecorator[datetime]):
    """Holds an aware datetime in UTC; SQLite itself would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the same instant in UTC.

        Raises:
            ValueError: the time has no zone, so it names no instant.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with its zone, found {value.isoformat()} without one")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Words, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("question", Words, nullable=False),
    Column("resolved_question", Words, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answer", Words),
    Column("quotes", JSON, nullable=False),
    Column("article_ids", JSON, nullable=False),
    Column("options", JSON),
    Index(None, "conversation_id", "closed", "id"),
    Index(None, "asked_at"),
)

replies = Table(
    "replies",
    metadata,
    Column("id", Words, primary_key=True),
    Column("turn_id", Integer, ForeignKey(turns.c.id), nullable=False, unique=True),
    Column("answered", Boolean, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("n_strong", Integer),
    Column("reason", Words),
    Column("duration_ms", Double, nullable=False),
    Column("timings_ms", JSON, nullable=False),
    Column("corrections", JSON),
    Column("kind", Words),
    Column("blocks", JSON),
    Column("left_out", Integer),
    Column("language", Words),
    Column("llm", JSON(none_as_null=True)),
    Column("newest", Date),
)

citations = Table(
    "citations",
    metadata,
    Column("reply_id", Words, ForeignKey(replies.c.id), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("article_id", Words, nullable=False),
    Column("revision", Words, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("source", Words),
    Column("published_at", Instant),
    Column("url", Words),
    Column("highlights", JSON, nullable=False),
    Column("score", Double, nullable=False),
    Column("speaker", Words),
    Column("speaker_role", Words),
    Column("mention", JSON),
)

votes = Table(
    "votes",
    metadata,
    Column("reply_id", Words, ForeignKey(replies.c.id), primary_key=True),
    Column("voter", Words, primary_key=True),
    Column("value", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

spent_tokens = Table(
    "spent_tokens",
    metadata,
    Column("day", Date, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
)

name_corrections = Table(
    "name_corrections",
    metadata,
    Column("one", Words, primary_key=True),
    Column("other", Words, primary_key=True),
    Column("is_same", Boolean, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

bans = Table(
    "bans",
    metadata,
    Column("person", Words, primary_key=True),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

admin_actions = Table(
    "admin_actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("admin", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Index(None, "at"),
)

brought_articles = Table(
    "brought_articles",
    metadata,
    Column("conversation_id", Words, primary_key=True),
    Column("article_id", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("source", Words),
    Column("published_at", Instant),
    Column("url", Words),
    Column("brought_at", Instant, nullable=False),
    Index(None, "brought_at"),
)

sent_answers = Table(
    "sent_answers",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("question_id", BigInteger, nullable=False),
    Column("reply_id", Words, ForeignKey(replies.c.id, ondelete="CASCADE"), nullable=False),
    Index(None, "chat_id", "question_id"),
    Index(None, "reply_id"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("article_id", Words, primary_key=True),
    Column("fingerprint", Words, primary_key=True),
    Column("new_revision", Words, primary_key=True),
    Column("revision", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("start", Integer),
    Column("end", Integer),
    Column("new_words", Words),
    Column("notes", JSON, nullable=False),
    Column("title", Words, nullable=False),
    Column("source", Words),
    Column("published_at", Instant),
    Column("url", Words),
    Column("seen_at", Instant, nullable=False),
    Index(None, "seen_at"),
)

correction_notices = Table(
    "correction_notices",
    metadata,
    Column("conversation_id", Words, primary_key=True),
    Column("article_id", Words, primary_key=True),
    Column("fingerprint", Words, primary_key=True),
    Column("new_revision", Words, nullable=False),
    Column("reply_id", Words, ForeignKey(replies.c.id, ondelete="CASCADE"), nullable=False),
    Column("told_at", Instant),
    ForeignKeyConstraint(
        ["article_id", "fingerprint", "new_revision"],
        ["corrections.article_id", "corrections.fingerprint", "corrections.new_revision"],
        ondelete="CASCADE",
        name="fk_correction_notices_correction",
    ),
    Index(None, "reply_id"),
    Index(None, "told_at"),
)


inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at", Instant, nullable=False),
    Column("box", BigInteger),
    Column("message_id", BigInteger),
    Column("chat_id", BigInteger),
    Column("person_id", BigInteger),
    Column("body", JSON(none_as_null=True)),
    Column("outcome", Words),
    Index(None, "outcome"),
    Index(None, "box", "message_id"),
    Index(None, "received_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("update_id", BigInteger),
    Column("planned_at", Instant, nullable=False),
    Column("box", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("body", JSON(none_as_null=True)),
    Column("into", BigInteger),
    Column("question_id", BigInteger),
    Column("reply_id", Words),
    Column("attempted", Boolean, nullable=False),
    Column("after_id", BigInteger),
    Column("message_id", BigInteger),
    Column("outcome", Words),
    Column("key", Words),
    Column("give_up_at", Instant),
    Index(None, "outcome"),
    Index(None, "update_id"),
    Index(None, "key", unique=True),
    Index(None, "box", "message_id"),
    Index(None, "planned_at"),
)


chat_settings = Table(
    "chat_settings",
    metadata,
    Column("chat", Words, primary_key=True),
    Column("zone", Words),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("alerts_a_day", Integer),
    Column("digest", Words),
    Column("corrections", Boolean, nullable=False),
    Column("language", Words),
    Column("unreachable_since", Instant),
    Column("is_channel", Boolean),
)

own_messages = Table(
    "own_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("bodies", JSON(none_as_null=True)),
    Column("question_id", BigInteger),
    Column("reply_id", Words),
    Column("planned_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("outcome", Words),
    Index(None, "key", unique=True),
    Index(None, "outcome", "not_before"),
    Index(None, "chat_id"),
)

watches = Table(
    "watches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat", Words, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("owner", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("is_said", Boolean, nullable=False),
    Column("bar", Double, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("vector", LargeBinary),
    Column("embedder", Words),
    Index(None, "chat", "topic", "words", unique=True),
    Index(None, "owner"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("watch_id", Integer, ForeignKey(watches.c.id, ondelete="CASCADE"), nullable=False),
    Column("chat", Words, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("reply_id", Words, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("state", Words, nullable=False),
    Index(None, "watch_id"),
    Index(None, "state"),
    Index(None, "chat", "found_at"),
    Index(None, "reply_id"),
)

# An article in one revision, by 64 bits of a hash, that was looked through for all that is watched.
matched_articles = Table(
    "matched_articles",
    metadata,
    Column("digest", BigInteger, primary_key=True, autoincrement=False),
    Column("matched_at", Instant, nullable=False),
)

digests = Table(
    "digests",
    metadata,
    Column("chat", Words, primary_key=True),
    Column("day", Words, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("covered", JSON(none_as_null=True)),
)

replicas = Table(
    "replicas",
    metadata,
    Column("id", Words, primary_key=True),
    Column("beaten_at", Instant, nullable=False),
)

# In code a lease, by its key: see `LEASE_KEY`. The table and its column keep the names that databases know.
leases = Table(
    "lanes",
    metadata,
    Column("lane", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", Words, ForeignKey(replicas.c.id, ondelete="CASCADE"), nullable=False),
    Index(None, "owner"),
)

# In code a lock: the leader's, and that of whoever changes the articles. The table keeps its name, too.
locks = Table(
    "duties",
    metadata,
    Column("duty", Words, primary_key=True),
    Column("owner", Words, ForeignKey(replicas.c.id, ondelete="CASCADE"), nullable=False),
    Index(None, "owner"),
)
