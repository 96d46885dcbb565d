"""Deleting turns with all that hangs on them."""

from sqlalchemy import ColumnElement, Connection, delete, select

from bot.store.tables import citations, replies, turns, votes


def delete_turns(connection: Connection, which: ColumnElement[bool]) -> int:
    """Deletes these turns, their replies, and the citations of and votes on those; how many turns there were."""
    doomed = select(replies.c.id).where(replies.c.turn_id.in_(select(turns.c.id).where(which)))
    connection.execute(doomed.with_for_update()).all()  # no vote may come in between
    connection.execute(delete(votes).where(votes.c.reply_id.in_(doomed)))
    connection.execute(delete(citations).where(citations.c.reply_id.in_(doomed)))
    connection.execute(delete(replies).where(replies.c.turn_id.in_(select(turns.c.id).where(which))))
    return connection.execute(delete(turns).where(which)).rowcount
