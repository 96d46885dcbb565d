"""The ledger's statements that every answer needs, made once: making one takes longer than carrying it out."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    ScalarSelect,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    update,
)

from bot.store.outbox_rows import Delivery
from bot.store.tables import inbox, lanes, outbox
from bot.store.transactions import Upsert, keep_if_new


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
    .values(
        outcome=bindparam("ended"),
        message_id=bindparam("arrived_as"),
        **dict.fromkeys(("body", "into", "question_id", "reply_id")),
    )
)
"""Ends the message of this `number`; wants how it `ended` and the id that it `arrived_as`, if it did."""


BEYOND_CHATS: Final = 2**62
"""An update from no chat is a lane of its own, beyond all ids of chats."""
LANE: Final = func.coalesce(inbox.c.chat_id, inbox.c.update_id + literal(BEYOND_CHATS, BigInteger))
"""The lane of an update."""
IS_OPEN: Final = inbox.c.outcome.is_(None)
"""Whether an update is not finished."""

_among: Final[BindParameter[list[int]]] = bindparam("lanes", expanding=True)
_mine: Final = (lanes.c.lane == bindparam("number")) & (lanes.c.owner == bindparam("me"))
_planned: Final = select(outbox.c.update_id).where(outbox.c.update_id.is_not(None))

CLAIM: Final = Upsert(
    lanes,
    lambda insert: insert.on_conflict_do_update(index_elements=[lanes.c.lane], set_={"owner": lanes.c.owner}).returning(
        lanes.c.lane, lanes.c.owner
    ),
)
"""Takes lanes that nobody has; who has each then. Waits for whoever is about to let go of one."""
CLAIM_FREE: Final = Upsert(lanes, lambda insert: insert.on_conflict_do_nothing().returning(lanes.c.lane))
"""The same without waiting; those that are got."""
OWNER: Final = select(lanes.c.owner).where(lanes.c.lane == bindparam("number"))
"""Who has the lane of this `number`."""
KEEP: Final = select(lanes.c.lane).where(_mine).with_for_update()
"""Finds the lane of this `number` if it is still that of `me`, and keeps it so until the transaction ends."""
LET_GO: Final = delete(lanes).where(_mine)
"""Gives up the lane of this `number`, which is that of `me`."""
UPDATES: Final = (
    select(inbox.c.update_id, LANE, inbox.c.received_at, inbox.c.body)
    .where(IS_OPEN, LANE.in_(_among))
    .order_by(inbox.c.update_id)
)
"""The updates of these `lanes` that are not finished, in order."""
UNSENT: Final = select(outbox).where(outbox.c.outcome.is_(None), outbox.c.chat_id.in_(_among)).order_by(outbox.c.id)
"""The messages to these `lanes` that are not known to have arrived, in order."""
FINISH_ANSWERED: Final = (
    update(inbox)
    .where(IS_OPEN, LANE.in_(_among), inbox.c.update_id.in_(_planned))
    .values(outcome=Delivery.DONE.value, body=None)
)
"""Ends the updates of these `lanes` whose answer is planned: all that they need is that it is sent."""
