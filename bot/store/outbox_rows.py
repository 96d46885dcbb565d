"""Values of inbox and outbox: updates that came in, messages that go out, and the rows that hold them."""

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
    """An update as it came. Its message's id counts up in `sequence`, which is None if it has no message."""

    update_id: int
    body: Body
    sequence: int | None = None
    message_id: int | None = None
    chat_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """Which message asked, and the id of the reply that answers it."""

    question_id: int
    reply_id: str


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send a message with this body, or make the message `into` say it, or without a body delete `into`.

    The body holds the parameters of the messenger's call, but the chat. Every part of an answer says what it `answers`.
    """

    body: Body | None
    into: int | None = None
    answers: Answering | None = None


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message on its way, whose id will count up in `sequence`.

    `attempted`: a call with it was made, so that it may have arrived. `after_id`: the newest id of the sequence before
    that call. `give_up_at`: when it is not to be sent any more; None: as soon as any answer.
    """

    id: int
    update_id: int | None
    planned_at: datetime
    sequence: int
    chat_id: int
    request: SendRequest
    attempted: bool = False
    after_id: int | None = None
    give_up_at: datetime | None = None


def keep_updates(connection: Connection, updates: Sequence[IncomingUpdate]) -> int:
    """Write the updates down and return how many of them are new."""
    now = datetime.now(UTC)
    # Always in the same order: two replicas that write the same ones then wait for each other in turn.
    by_id = sorted({received.update_id: received for received in reversed(updates)}.items())
    rows = [_received_row(received, now) for _, received in by_id]
    return len(connection.execute(_KEEP.on(connection), rows).all())


def message_from(row: RowMapping) -> OutboxMessage:
    """Return the message of a row of `outbox`."""
    is_answer = row["question_id"] is not None
    answers = Answering(row["question_id"], row["reply_id"]) if is_answer else None
    return OutboxMessage(
        row["id"],
        row["update_id"],
        row["planned_at"],
        row["box"],
        row["chat_id"],
        SendRequest(row["body"], row["into"], answers),
        row["attempted"],
        row["after_id"],
        row["give_up_at"],
    )


def request_columns(request: SendRequest) -> Body:
    """Return the columns of `outbox` that hold a request."""
    answers = request.answers
    return {
        "body": request.body,
        "into": request.into,
        "question_id": answers.question_id if answers is not None else None,
        "reply_id": answers.reply_id if answers is not None else None,
    }


def _received_row(received: IncomingUpdate, now: datetime) -> Body:
    return {
        "update_id": received.update_id,
        "received_at": now,
        "box": received.sequence,
        "message_id": received.message_id,
        "chat_id": received.chat_id,
        "person_id": received.person_id,
        "body": received.body,
    }
