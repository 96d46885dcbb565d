"""The tables that admins' work leaves behind, and which message answers which."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from bot.store.tables import Instant, Words, metadata, replies

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
