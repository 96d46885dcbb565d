"""Keep how many sentences a composed reply left out."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("replies", sa.Column("left_out", sa.Integer()))


def downgrade() -> None:
    """Bring the tables back to the revision before; the numbers are gone."""
    op.drop_column("replies", "left_out")
