"""Keep what the bot offered when it asked which of several things was meant."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("turns", sa.Column("options", sa.JSON()))


def downgrade() -> None:
    """Bring the tables back to the revision before; the options are gone."""
    op.drop_column("turns", "options")
