"""Keep articles that readers brought, each for its conversation alone."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "brought_articles",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("url", sa.Text()),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "article_id", name="pk_brought_articles"),
    )
    op.create_index("ix_brought_articles_brought_at", "brought_articles", ["brought_at"])


def downgrade() -> None:
    """Bring the tables back to the revision before; what readers brought is gone."""
    op.drop_table("brought_articles")
