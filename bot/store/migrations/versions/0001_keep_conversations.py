"""Keep conversations, replies, their citations and votes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("resolved_question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("quotes", sa.JSON(), nullable=False),
        sa.Column("article_ids", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
    )
    op.create_index("ix_turns_conversation_id_closed_id", "turns", ["conversation_id", "closed", "id"])
    op.create_index("ix_turns_asked_at", "turns", ["asked_at"])
    op.create_table(
        "replies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("n_strong", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name="fk_replies_turn_id"),
        sa.UniqueConstraint("turn_id", name="uq_replies_turn_id"),
    )
    op.create_table(
        "citations",
        sa.Column("reply_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("url", sa.Text()),
        sa.Column("highlights", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("reply_id", "number", name="pk_citations"),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name="fk_citations_reply_id"),
    )
    op.create_table(
        "votes",
        sa.Column("reply_id", sa.Text(), nullable=False),
        sa.Column("voter", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reply_id", "voter", name="pk_votes"),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name="fk_votes_reply_id"),
    )


def downgrade() -> None:
    """Bring the tables back to the revision before: none, and every conversation is gone."""
    for name in ("votes", "citations", "replies", "turns"):
        op.drop_table(name)
