"""Keep what of a language model's words a reply used, and how many tokens a day cost."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("replies", sa.Column("llm", sa.JSON()))
    op.create_table(
        "spent_tokens",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_spent_tokens")),
    )


def downgrade() -> None:
    """Bring the tables back to the revision before; what a model said and cost is gone."""
    op.drop_table("spent_tokens")
    op.drop_column("replies", "llm")
