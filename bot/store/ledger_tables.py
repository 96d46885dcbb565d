"""The ledger's tables: what came in from a messenger and is not finished, and what goes out."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, Table

from bot.store.tables import Instant, Words, metadata

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
    Column("attempted", Boolean, nullable=False),
    Column("after_id", BigInteger),
    Column("message_id", BigInteger),
    Column("outcome", Words),
    Column("key", Words),
    Index(None, "outcome"),
    Index(None, "update_id"),
    Index(None, "key", unique=True),
    Index(None, "box", "message_id"),
    Index(None, "planned_at"),
)
