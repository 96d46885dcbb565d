"""Keep what is watched, which articles were matched, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("is_said", sa.Boolean(), nullable=False),
        sa.Column("bar", sa.Double(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vector", sa.LargeBinary()),
        sa.Column("embedder", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_watches"),
    )
    op.create_index("ix_watches_chat_topic_words", "watches", ["chat", "topic", "words"], unique=True)
    op.create_index("ix_watches_owner", "watches", ["owner"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("reply_id", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name="fk_alerts_watch_id", ondelete="CASCADE"),
    )
    for columns in (["watch_id"], ["state"], ["chat", "found_at"], ["reply_id"]):
        op.create_index(f"ix_alerts_{'_'.join(columns)}", "alerts", columns)
    op.create_table(
        "matched_articles",
        sa.Column("digest", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_matched_articles"),
    )


def downgrade() -> None:
    """Bring the tables back to the revision before; nothing is watched any more."""
    for table in ("matched_articles", "alerts", "watches"):
        op.drop_table(table)
