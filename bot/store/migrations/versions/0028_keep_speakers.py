"""Keep who said what a citation quotes, and which words of the article say so."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Words

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("citations", sa.Column("speaker", Words()))
    op.add_column("citations", sa.Column("speaker_role", Words()))
    op.add_column("citations", sa.Column("mention", sa.JSON()))


def downgrade() -> None:
    """Bring the tables back to the revision before; speakers are gone."""
    for column in ("mention", "speaker_role", "speaker"):
        op.drop_column("citations", column)
