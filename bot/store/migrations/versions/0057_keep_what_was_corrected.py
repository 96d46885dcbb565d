"""Keep which quoted sentences were corrected, and who has been told."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant, Words

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "corrections",
        sa.Column("article_id", Words(), primary_key=True),
        sa.Column("fingerprint", Words(), primary_key=True),
        sa.Column("new_revision", Words(), primary_key=True),
        sa.Column("revision", Words(), nullable=False),
        sa.Column("words", Words(), nullable=False),
        sa.Column("start", sa.Integer()),
        sa.Column("end", sa.Integer()),
        sa.Column("new_words", Words()),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("source", Words()),
        sa.Column("published_at", Instant()),
        sa.Column("url", Words()),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "fingerprint", "new_revision", name="pk_corrections"),
    )
    op.create_index("ix_corrections_seen_at", "corrections", ["seen_at"])
    op.create_table(
        "correction_notices",
        sa.Column("conversation_id", Words(), nullable=False),
        sa.Column("article_id", Words(), nullable=False),
        sa.Column("fingerprint", Words(), nullable=False),
        sa.Column("new_revision", Words(), nullable=False),
        sa.Column("reply_id", Words(), nullable=False),
        sa.Column("told_at", Instant()),
        sa.PrimaryKeyConstraint("conversation_id", "article_id", "fingerprint", name="pk_correction_notices"),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["replies.id"], ondelete="CASCADE", name="fk_correction_notices_reply_id_replies"
        ),
        sa.ForeignKeyConstraint(
            ["article_id", "fingerprint", "new_revision"],
            ["corrections.article_id", "corrections.fingerprint", "corrections.new_revision"],
            ondelete="CASCADE",
            name="fk_correction_notices_correction",
        ),
    )
    op.create_index("ix_correction_notices_reply_id", "correction_notices", ["reply_id"])
    op.create_index("ix_correction_notices_told_at", "correction_notices", ["told_at"])


def downgrade() -> None:
    """Bring the tables back to the revision before; what was corrected, and who was told, is gone."""
    op.drop_table("correction_notices")
    op.drop_table("corrections")
