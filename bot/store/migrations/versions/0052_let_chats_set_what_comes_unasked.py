"""Keep what a chat has set for itself, and what the bot says of its own accord."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "chat_settings",
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text()),
        sa.Column("quiet_from", sa.Integer()),
        sa.Column("quiet_until", sa.Integer()),
        sa.Column("alerts_a_day", sa.Integer()),
        sa.Column("digest", sa.Text()),
        sa.Column("corrections", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("unreachable_since", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("chat", name="pk_chat_settings"),
    )
    op.create_table(
        "own_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("bodies", sa.JSON()),
        sa.Column("question_id", sa.BigInteger()),
        sa.Column("reply_id", sa.Text()),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_own_messages"),
    )
    op.create_index("ix_own_messages_key", "own_messages", ["key"], unique=True)
    op.create_index("ix_own_messages_outcome_not_before", "own_messages", ["outcome", "not_before"])
    op.create_index("ix_own_messages_chat_id", "own_messages", ["chat_id"])
    op.add_column("outbox", sa.Column("give_up_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Bring the tables back to the revision before; settings are gone, and what waits is not sent."""
    op.drop_column("outbox", "give_up_at")
    op.drop_table("own_messages")
    op.drop_table("chat_settings")
