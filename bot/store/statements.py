"""The statements that every answer needs, made once: making one takes longer than carrying it out."""

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
from bot.store.tables import inbox, leases, outbox
from bot.store.transactions import Upsert, keep_if_new


def _highest_id(table: FromClause, sequence: ColumnElement[Any]) -> ScalarSelect[Any]:
    highest = func.coalesce(func.max(table.c.message_id), 0)
    return select(highest).where(table.c.box == sequence).scalar_subquery()


_received: Final = _highest_id(inbox, outbox.c.box)
_sent: Final = _highest_id(outbox.alias(), outbox.c.box)

FINISH: Final = (
    update(inbox).where(inbox.c.update_id == bindparam("number")).values(outcome=bindparam("ended"), body=None)
)
"""End an update; wants its `number` and how it `ended`."""
PLAN: Final = keep_if_new(outbox)
"""Keep a message before it is sent."""
PLANNED: Final = select(outbox.c.key, outbox.c.id).where(outbox.c.key.in_(bindparam("keys", expanding=True)))
"""Find keys and numbers of the messages of these `keys`."""
CHAT: Final = select(outbox.c.chat_id).where(outbox.c.id == bindparam("number"))
"""Find the chat that the message of this `number` goes to."""
ATTEMPT: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("number"))
    .values(
        attempted=True,
        after_id=func.coalesce(outbox.c.after_id, case((_received > _sent, _received), else_=_sent)),
    )
)
"""Note that the message of this `number` leaves, the first time also after which id of its sequence."""
END: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("number"))
    .values(
        outcome=bindparam("ended"),
        message_id=bindparam("arrived_as"),
        **dict.fromkeys(("body", "into", "question_id", "reply_id")),
    )
)
"""End the message of this `number`; wants how it `ended` and the id that it `arrived_as`, if it did."""

BEYOND_CHATS: Final = 2**62
"""What an update from no chat adds to its number for a key: it is beyond all ids of chats."""
LEASE_KEY: Final = func.coalesce(inbox.c.chat_id, inbox.c.update_id + literal(BEYOND_CHATS, BigInteger))
"""The key of the lease under which an update is handled: its chat's id, or a number of its own."""
IS_OPEN: Final = inbox.c.outcome.is_(None)
"""The condition that an update is not finished."""

_among: Final[BindParameter[list[int]]] = bindparam("leases", expanding=True)
_mine: Final = (leases.c.lane == bindparam("number")) & (leases.c.owner == bindparam("me"))
_planned: Final = select(outbox.c.update_id).where(outbox.c.update_id.is_not(None))

CLAIM: Final = Upsert(
    leases,
    lambda insert: insert.on_conflict_do_update(
        index_elements=[leases.c.lane], set_={"owner": leases.c.owner}
    ).returning(leases.c.lane, leases.c.owner),
)
"""Take leases that nobody has, and return who has each then. It waits for whoever is about to let go of one."""
CLAIM_FREE: Final = Upsert(leases, lambda insert: insert.on_conflict_do_nothing().returning(leases.c.lane))
"""Take leases that nobody has, without waiting, and return those."""
OWNER: Final = select(leases.c.owner).where(leases.c.lane == bindparam("number"))
"""Find who has the lease of this `number`."""
KEEP: Final = select(leases.c.lane).where(_mine).with_for_update()
"""Find the lease of this `number` if it is still that of `me`, and keep it so until the transaction ends."""
LET_GO: Final = delete(leases).where(_mine)
"""Give up the lease of this `number` if it is that of `me`."""
UPDATES: Final = (
    select(inbox.c.update_id, LEASE_KEY, inbox.c.received_at, inbox.c.body)
    .where(IS_OPEN, LEASE_KEY.in_(_among))
    .order_by(inbox.c.update_id)
)
"""Find the updates under these `leases` that are not finished, in order."""
UNSENT: Final = select(outbox).where(outbox.c.outcome.is_(None), outbox.c.chat_id.in_(_among)).order_by(outbox.c.id)
"""Find the messages under these `leases` that are not known to have arrived, in order."""
FINISH_ANSWERED: Final = (
    update(inbox)
    .where(IS_OPEN, LEASE_KEY.in_(_among), inbox.c.update_id.in_(_planned))
    .values(outcome=Delivery.DONE.value, body=None)
)
"""End the updates under these `leases` whose answer is planned: all that they need is that it is sent."""
