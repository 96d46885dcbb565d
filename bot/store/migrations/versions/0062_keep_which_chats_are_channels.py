"""Keep which chats are channels, where many read and only admins write."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("chat_settings", sa.Column("is_channel", sa.Boolean()))


def downgrade() -> None:
    """Bring the tables back to the revision before; channels are taken for groups."""
    op.drop_column("chat_settings", "is_channel")
