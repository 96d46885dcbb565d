"""Keep which digests were planned for a chat, and which articles the last one covered."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "digests",
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covered", sa.JSON()),
        sa.PrimaryKeyConstraint("chat", "day", name="pk_digests"),
    )


def downgrade() -> None:
    """Bring the tables back to the revision before; a digest that was sent today may be sent again."""
    op.drop_table("digests")
