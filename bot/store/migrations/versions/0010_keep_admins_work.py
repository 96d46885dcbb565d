"""Keep bans, what admins did, and which message answers which."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "bans",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_bans"),
    )
    op.create_table(
        "admin_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_admin_actions"),
    )
    op.create_index("ix_admin_actions_at", "admin_actions", ["at"])
    op.create_table(
        "sent_answers",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("reply_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name="pk_sent_answers"),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name="fk_sent_answers_reply_id", ondelete="CASCADE"),
    )
    op.create_index("ix_sent_answers_chat_id_question_id", "sent_answers", ["chat_id", "question_id"])
    op.create_index("ix_sent_answers_reply_id", "sent_answers", ["reply_id"])


def downgrade() -> None:
    """Bring the tables back to the revision before: everybody is answered again."""
    for name in ("sent_answers", "admin_actions", "bans"):
        op.drop_table(name)
