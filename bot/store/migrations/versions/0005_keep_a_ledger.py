"""Keep a ledger of updates received and messages sent; find turns by age."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "inbox",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("box", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("chat_id", sa.BigInteger()),
        sa.Column("person_id", sa.BigInteger()),
        sa.Column("body", sa.JSON()),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("update_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_outcome", "inbox", ["outcome"])
    op.create_index("ix_inbox_box_message_id", "inbox", ["box", "message_id"])
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.BigInteger()),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("box", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON()),
        sa.Column("attempted", sa.Boolean(), nullable=False),
        sa.Column("after_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_outcome", "outbox", ["outcome"])
    op.create_index("ix_outbox_update_id", "outbox", ["update_id"])
    op.create_index("ix_outbox_box_message_id", "outbox", ["box", "message_id"])
    op.create_index("ix_outbox_planned_at", "outbox", ["planned_at"])


def downgrade() -> None:
    """Bring the tables back to the revision before: what is not answered yet will not be."""
    op.drop_table("outbox")
    op.drop_table("inbox")
