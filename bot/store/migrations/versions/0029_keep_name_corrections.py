"""Keep which names admins say are one person's, and which are two people's."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant, Words

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "name_corrections",
        sa.Column("one", Words(), primary_key=True),
        sa.Column("other", Words(), primary_key=True),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("by", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
    )


def downgrade() -> None:
    """Bring the tables back to the revision before; what admins said of names is gone."""
    op.drop_table("name_corrections")
