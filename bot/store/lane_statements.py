"""The statements about lanes that every answer needs, made once: making one takes longer than carrying it out."""

from typing import Final

from sqlalchemy import BigInteger, BindParameter, bindparam, delete, func, literal, select, update

from bot.store.ledger_records import Outcome
from bot.store.ledger_tables import inbox, outbox
from bot.store.replica_tables import lanes
from bot.store.transactions import Upsert

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
    .values(outcome=Outcome.DONE.value, body=None)
)
"""Ends the updates of these `lanes` whose answer is planned: all that they need is that it is sent."""
