"""Keep what kind of message a reply is to, and the parts of a composed one."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Words

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("replies", sa.Column("kind", Words()))
    op.add_column("replies", sa.Column("blocks", sa.JSON()))


def downgrade() -> None:
    """Bring the tables back to the revision before; kinds and parts are gone."""
    op.drop_column("replies", "blocks")
    op.drop_column("replies", "kind")
