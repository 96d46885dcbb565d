"""Writes a reply with its turn and what it cites, as a part of a transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select

from bot.answering import Remark
from bot.replies import Reply, turn_of
from bot.store.rows import citation_rows, reply_row, turn_row
from bot.store.tables import citations, replies, turns

KEEP_TURN: Final = insert(turns).returning(turns.c.id)
"""Write a turn, and return its number."""
_KEEP_TURNS: Final = insert(turns).returning(turns.c.id, sort_by_parameter_order=True)
_AT_ONCE: Final = 500
_IS_KEPT: Final = select(replies.c.id).where(replies.c.id == bindparam("reply"))
_KEEP_REPLY, _KEEP_CITATIONS = insert(replies), insert(citations)


def write_reply(connection: Connection, reply: Reply, asked_at: datetime) -> None:
    """Write a reply and its turn. Small talk is no part of the conversation that follows."""
    if connection.scalar(_IS_KEPT, {"reply": reply.id}) is not None:
        return  # by a transaction that nobody heard the end of
    is_closed = isinstance(reply.outcome, Remark)
    row = turn_row(reply.conversation_id, turn_of(reply, asked_at), closed=is_closed)
    turn_id = connection.execute(KEEP_TURN, row).scalar_one()
    connection.execute(_KEEP_REPLY, reply_row(reply, turn_id))
    if cited := citation_rows(reply):
        connection.execute(_KEEP_CITATIONS, cited)


def write_new_replies(connection: Connection, new: Sequence[tuple[Reply, datetime]]) -> None:
    """Write replies that nobody has written yet, each with when it was made.

    All at once: one by one, thousands of them would hold up every answer.
    """
    for first in range(0, len(new), _AT_ONCE):
        some = new[first : first + _AT_ONCE]
        rows = [turn_row(one.conversation_id, turn_of(one, at), closed=False) for one, at in some]
        turn_ids = connection.execute(_KEEP_TURNS, rows).scalars()
        connection.execute(_KEEP_REPLY, [reply_row(one, turn) for (one, _), turn in zip(some, turn_ids, strict=True)])
        if cited := [row for one, _ in some for row in citation_rows(one)]:
            connection.execute(_KEEP_CITATIONS, cited)
