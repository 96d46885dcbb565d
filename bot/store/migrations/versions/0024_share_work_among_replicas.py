"""Keep who is at work, who has which chat in hand and which duty; plan an answer once even if it is done again."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "replicas",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("beaten_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replicas"),
    )
    for name, key in (
        ("lanes", sa.Column("lane", sa.BigInteger(), autoincrement=False, nullable=False)),
        ("duties", sa.Column("duty", sa.Text(), nullable=False)),
    ):
        op.create_table(
            name,
            key,
            sa.Column("owner", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint(key.name, name=f"pk_{name}"),
            sa.ForeignKeyConstraint(["owner"], ["replicas.id"], name=f"fk_{name}_owner", ondelete="CASCADE"),
        )
        op.create_index(f"ix_{name}_owner", name, ["owner"])
    op.add_column("outbox", sa.Column("key", sa.Text()))
    op.create_index("ix_outbox_key", "outbox", ["key"], unique=True)


def downgrade() -> None:
    """Bring the tables back to the revision before; nobody may be at work meanwhile."""
    op.drop_index("ix_outbox_key", "outbox")
    op.drop_column("outbox", "key")
    for name in ("duties", "lanes", "replicas"):
        op.drop_table(name)
