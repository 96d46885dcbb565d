"""Keep which language a message was in that was put into English."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("replies", sa.Column("language", sa.Text()))


def downgrade() -> None:
    """Bring the tables back to the revision before; the languages are gone."""
    op.drop_column("replies", "language")
