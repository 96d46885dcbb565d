"""Keep with a reply of which day the newest article was, where that was told."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("replies", sa.Column("newest", sa.Date()))


def downgrade() -> None:
    """Bring the tables back to the revision before; the days are gone."""
    op.drop_column("replies", "newest")
