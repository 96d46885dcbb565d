"""SentAnswers: which message of a chat answers which, so that a reply to it or an edit of its question finds it."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from bot.store.editorial_tables import sent_answers
from bot.store.tables import replies, turns
from bot.store.transactions import Transactions, outlives_connections


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """A message of the bot's that holds the beginning of a reply, and the message that asked."""

    chat_id: int
    message_id: int
    question_id: int
    reply_id: str


class SentAnswers(Transactions):
    """Safe to call from several threads. An entry goes with the reply it is about.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    @outlives_connections
    def remember(self, sent: SentAnswer) -> None:
        """Keeps an answer, in the place of an earlier one in the same message."""
        here = (sent_answers.c.chat_id == sent.chat_id) & (sent_answers.c.message_id == sent.message_id)
        with self._writing() as connection:
            connection.execute(delete(sent_answers).where(here))
            # A reply that is gone already (a reader had all forgotten meanwhile) needs no entry.
            known = select(replies.c.id).where(replies.c.id == sent.reply_id).with_for_update(read=True)
            if connection.scalar(known) is not None:
                connection.execute(
                    insert(sent_answers).values(
                        chat_id=sent.chat_id,
                        message_id=sent.message_id,
                        question_id=sent.question_id,
                        reply_id=sent.reply_id,
                    )
                )

    @outlives_connections
    def in_message(self, chat_id: int, message_id: int) -> SentAnswer | None:
        """The answer in a message of the bot's, or None."""
        return self._first(sent_answers.c.chat_id == chat_id, sent_answers.c.message_id == message_id)

    @outlives_connections
    def to_question(self, chat_id: int, question_id: int) -> SentAnswer | None:
        """The answer to a message, or None."""
        return self._first(sent_answers.c.chat_id == chat_id, sent_answers.c.question_id == question_id)

    @outlives_connections
    def retract(self, reply_id: str) -> None:
        """Leaves a reply's turn out of its conversation, as if it had not been asked; the reply can still be loaded."""
        turn = select(replies.c.turn_id).where(replies.c.id == reply_id).scalar_subquery()
        with self._writing() as connection:
            connection.execute(update(turns).where(turns.c.id == turn).values(closed=True))

    def _first(self, *which: object) -> SentAnswer | None:
        found = select(sent_answers).where(*which).order_by(sent_answers.c.message_id)  # type: ignore[arg-type]
        with self._reading() as connection:
            row = connection.execute(found.limit(1)).mappings().first()
        return SentAnswer(**row) if row else None
