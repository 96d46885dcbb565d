"""The tables by which replicas of the bot share the work. What a replica holds goes with its row."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table

from bot.store.tables import Instant, Words, metadata

replicas = Table(
    "replicas",
    metadata,
    Column("id", Words, primary_key=True),
    Column("beaten_at", Instant, nullable=False),
)

lanes = Table(
    "lanes",
    metadata,
    Column("lane", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", Words, ForeignKey(replicas.c.id, ondelete="CASCADE"), nullable=False),
    Index(None, "owner"),
)

duties = Table(
    "duties",
    metadata,
    Column("duty", Words, primary_key=True),
    Column("owner", Words, ForeignKey(replicas.c.id, ondelete="CASCADE"), nullable=False),
    Index(None, "owner"),
)
