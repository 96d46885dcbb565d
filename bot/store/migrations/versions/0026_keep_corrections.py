"""Keep which misspelt words of a question were searched as other words."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("replies", sa.Column("corrections", sa.JSON()))


def downgrade() -> None:
    """Bring the tables back to the revision before; the corrections are gone."""
    op.drop_column("replies", "corrections")
