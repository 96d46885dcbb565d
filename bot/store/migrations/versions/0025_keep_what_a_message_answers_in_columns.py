"""Keep what a message replaces and answers in columns of their own, and in its body only what Telegram is sent."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# No parameters of Telegram's begin with an underscore.
_INTO: Final = "_into"
_ANSWERS: Final = "_answers"

_outbox: Final = sa.table(
    "outbox",
    sa.column("id", sa.Integer()),
    sa.column("body", sa.JSON(none_as_null=True)),
    sa.column("into", sa.BigInteger()),
    sa.column("question_id", sa.BigInteger()),
    sa.column("reply_id", sa.Text()),
    sa.column("outcome", sa.Text()),
)


def upgrade() -> None:
    """Bring the tables to this revision: what is not sent yet is unpacked."""
    op.add_column("outbox", sa.Column("into", sa.BigInteger()))
    op.add_column("outbox", sa.Column("question_id", sa.BigInteger()))
    op.add_column("outbox", sa.Column("reply_id", sa.Text()))
    for row in _unsent(_outbox.c.body):
        _change(row.id, _unpacked(row.body))


def downgrade() -> None:
    """Bring the tables back to the revision before: what is not sent yet is packed again."""
    for row in _unsent(_outbox.c.body, _outbox.c.into, _outbox.c.question_id, _outbox.c.reply_id):
        _change(row.id, {"body": _packed(row)})
    for name in ("reply_id", "question_id", "into"):
        op.drop_column("outbox", name)


def _unsent(*columns: sa.ColumnElement[Any]) -> list[sa.Row[Any]]:
    unsent = sa.select(_outbox.c.id, *columns).where(_outbox.c.outcome.is_(None))
    return list(op.get_bind().execute(unsent))


def _change(number: int, columns: dict[str, Any]) -> None:
    op.get_bind().execute(sa.update(_outbox).where(_outbox.c.id == number).values(**columns))


def _unpacked(packed: dict[str, Any]) -> dict[str, Any]:
    question_id, reply_id = packed.get(_ANSWERS, (None, None))
    body = {name: value for name, value in packed.items() if name not in (_INTO, _ANSWERS)}
    return {"body": body or None, "into": packed.get(_INTO), "question_id": question_id, "reply_id": reply_id}


def _packed(row: sa.Row[Any]) -> dict[str, Any]:
    packed = dict(row.body or {})
    if row.into is not None:
        packed[_INTO] = row.into
    if row.question_id is not None:
        packed[_ANSWERS] = [row.question_id, row.reply_id]
    return packed
