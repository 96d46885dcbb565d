"""The ledger's statements that every answer needs, made once: making one takes longer than carrying it out."""

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, bindparam, case, func, select, update

from bot.store.ledger_tables import inbox, outbox
from bot.store.transactions import keep_if_new


def _highest_id(table: FromClause, box: ColumnElement[Any]) -> ScalarSelect[Any]:
    return select(func.coalesce(func.max(table.c.message_id), 0)).where(table.c.box == box).scalar_subquery()


_received: Final = _highest_id(inbox, outbox.c.box)
_sent: Final = _highest_id(outbox.alias(), outbox.c.box)

FINISH: Final = (
    update(inbox).where(inbox.c.update_id == bindparam("number")).values(outcome=bindparam("ended"), body=None)
)
"""Ends an update; wants its `number` and how it `ended`."""
PLAN: Final = keep_if_new(outbox)
"""Keeps a message before it is sent."""
PLANNED: Final = select(outbox.c.key, outbox.c.id).where(outbox.c.key.in_(bindparam("keys", expanding=True)))
"""Key and number of the messages of these `keys`."""
CHAT: Final = select(outbox.c.chat_id).where(outbox.c.id == bindparam("number"))
"""The chat that the message of this `number` goes to."""
ATTEMPT: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("number"))
    .values(
        attempted=True,
        after_id=func.coalesce(outbox.c.after_id, case((_received > _sent, _received), else_=_sent)),
    )
)
"""Notes that the message of this `number` leaves, the first time also after which id of its box."""
END: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("number"))
    .values(outcome=bindparam("ended"), message_id=bindparam("arrived_as"), body=None)
)
"""Ends the message of this `number`; wants how it `ended` and the id that it `arrived_as`, if it did."""
