"""What the ledger and the lanes write down of updates and messages, and how it is read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection, RowMapping

from bot.store.tables import inbox
from bot.store.transactions import Upsert

Body = dict[str, Any]

_KEEP = Upsert(inbox, lambda insert: insert.on_conflict_do_nothing().returning(inbox.c.update_id))


class Delivery(Enum):
    """How an update or a message ended; the value is what is stored."""

    DONE = "done"
    EXPIRED = "expired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class IncomingUpdate:
    """An update as it came. `box` names the sequence that its message's id counts in, None if it has no message."""

    update_id: int
    body: Body
    box: int | None = None
    message_id: int | None = None
    chat_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message on its way. `attempted`: a call with it was made, so that it may have arrived."""

    id: int
    update_id: int | None
    planned_at: datetime
    box: int
    chat_id: int
    body: Body
    attempted: bool = False
    after_id: int | None = None


def keep_updates(connection: Connection, updates: Sequence[IncomingUpdate]) -> int:
    """Write the updates down; how many of them are new."""
    now = datetime.now(UTC)
    # Always in the same order: two replicas that write the same ones then wait for each other in turn.
    by_id = sorted({received.update_id: received for received in reversed(updates)}.items())
    rows = [_received_row(received, now) for _, received in by_id]
    return len(connection.execute(_KEEP.on(connection), rows).all())


def message_from(row: RowMapping) -> OutboxMessage:
    """Return the parcel of a row of `outbox`."""
    return OutboxMessage(
        row["id"],
        row["update_id"],
        row["planned_at"],
        row["box"],
        row["chat_id"],
        row["body"],
        row["attempted"],
        row["after_id"],
    )


def _received_row(received: IncomingUpdate, now: datetime) -> Body:
    return {
        "update_id": received.update_id,
        "received_at": now,
        "box": received.box,
        "message_id": received.message_id,
        "chat_id": received.chat_id,
        "person_id": received.person_id,
        "body": received.body,
    }
