"""Asking the dialogue and showing what it says: the one way from a question, wherever it came from, to an answer."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from telegram import Message

from bot.adapters.further_wording import shown_question
from bot.adapters.telegram.addressing import Place, conversation_id, place_of
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.views.keyboards import read_press, with_further
from bot.adapters.telegram.views.messages import Outgoing, reply_message
from bot.adapters.telegram.views.splitting import split_segments
from bot.dialogue import Dialogue
from bot.query.kinds import MessageKind
from bot.replies import Reply, ReplyTo
from bot.store import Answering
from bot.store.sent_answers import SentAnswer, SentAnswers

_BUDGET_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Asking:
    """A question and where its answer goes.

    `question_id` is the message that asked. `literally`: it is not to be understood from what came before. `into` are
    the parts of an earlier answer that this one replaces. `kind`: what is asked for, where a command says so.
    """

    question: str
    place: Place
    conversation_id: str
    question_id: int
    literally: bool = False
    replying_to: ReplyTo | None = None
    into: tuple[int, ...] = ()
    kind: MessageKind | None = None


class Suggestions:
    """Whether questions that may be asked next are looked for: in private chats, under an answer of one message, and
    for a moment while nobody else waits. Each costs what asking it would."""

    def __init__(self, most: int, waiting: Callable[[], int], *, budget_seconds: float = _BUDGET_SECONDS) -> None:
        """Keep how many there are at most. `waiting` gives the number of updates in hand, this one included."""
        self.most = most
        self._waiting = waiting
        self._budget_seconds = budget_seconds

    def are_wanted(self, place: Place, shown: Outgoing) -> bool:
        """Return whether to look for any under an answer that is shown so."""
        is_private = place.chat_id > 0 and place.reply_to is None
        return bool(self.most) and is_private and self._waiting() <= 1 and len(split_segments(shown.segments)) == 1

    def as_long_as_nobody_waits(self) -> Callable[[], bool]:
        """Return what says whether to go on looking from now on."""
        until = time.monotonic() + self._budget_seconds
        return lambda: self._waiting() <= 1 and time.monotonic() < until


class Answers:
    """Answers questions. They run on `threads`, so that their number bounds the load."""

    def __init__(
        self, dialogue: Dialogue, sent: SentAnswers, threads: Executor, suggestions: Suggestions | None = None
    ) -> None:
        """`suggestions`: of how many further questions there are any under an answer, and when; None: never."""
        self._suggestions = suggestions or Suggestions(0, lambda: 0)
        self._dialogue = dialogue
        self._sent = sent
        self._threads = threads

    async def give(self, messenger: Messenger, asking: Asking, *, further: Sequence[str] = ()) -> None:
        """Answer a question, and further ones of the same message in their order, each as a follow-up of those before.

        The answers are sent together: after a kill all of them are, and none twice. Which messages hold which is
        remembered as they arrive.
        """
        async with messenger.typing(asking.place):
            replies = [await self._reply(asking)]
            for question in further:
                replies.append(await self._reply(replace(asking, question=question, replying_to=None)))
            shown = [(reply_message(reply), Answering(asking.question_id, reply.id)) for reply in replies]
            first_id = await messenger.send_each(asking.place, shown, into=asking.into)
        if len(replies) == 1 and self._suggestions.are_wanted(asking.place, shown[0][0]):
            await self._suggest(messenger, asking.place, first_id, replies[0])

    async def _suggest(self, messenger: Messenger, place: Place, message_id: int, reply: Reply) -> None:
        """Put questions that may be asked next under an answer that is there."""
        find = partial(
            self._dialogue.further_questions, reply, self._suggestions.most, self._suggestions.as_long_as_nobody_waits()
        )
        questions = await asyncio.get_running_loop().run_in_executor(self._threads, find)
        if questions:
            shown = [shown_question(question, reply.language) for question in questions]
            keyboard = with_further(reply_message(reply).keyboard, reply.id, shown)
            await messenger.put_under(place, message_id, keyboard)

    async def _reply(self, asking: Asking) -> Reply:
        ask = partial(
            self._dialogue.reply,
            asking.conversation_id,
            asking.question,
            literally=asking.literally,
            replying_to=asking.replying_to,
            kind=asking.kind,
        )
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    async def look_up(self, question: str) -> Reply:
        """Return the reply to a question; nothing of it is kept."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._dialogue.look_up, question)

    async def reply_once(self, words: str, about: str = "") -> Reply:
        """Return the reply to a message that may be about what another one says; nothing of it is kept."""
        ask = partial(self._dialogue.reply_once, words, about=about)
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    async def asked_about(self, message: Message) -> ReplyTo | None:
        """Return the answer that a message replies to, and which of its quotes the message quotes."""
        original = message.reply_to_message
        if original is None:
            return None
        reply_id = await self.reply_in(original)
        if reply_id is None:
            return None
        reply = await asyncio.to_thread(self._dialogue.recall, reply_id)
        return ReplyTo(reply_id, _quoted_citation(message, reply)) if reply is not None else None

    async def reply_in(self, message: Message) -> str | None:
        """Return the id of the reply that a message of the bot's shows, be it the answer, its context or more of it."""
        for row in message.reply_markup.inline_keyboard if message.reply_markup is not None else ():
            for button in row:
                press = read_press(button.callback_data if isinstance(button.callback_data, str) else None)
                if press is not None and press.action.is_about_a_reply:
                    return press.subject
        found = await asyncio.to_thread(self._sent.in_message, message.chat.id, message.message_id)
        return found.reply_id if found is not None else None

    async def asker_of(self, message: Message) -> int | None:
        """Return who asked what a message of the bot's answers: the last number of the conversation's id."""
        reply_id = await self.reply_in(message)
        reply = await asyncio.to_thread(self._dialogue.recall, reply_id) if reply_id is not None else None
        number = reply.conversation_id.rpartition(":")[2] if reply is not None else ""
        return int(number) if number.isdecimal() else None

    async def answer_to(self, message: Message, messenger: Messenger) -> Sequence[SentAnswer]:
        """Return the parts of the answer to a message, oldest first; none if it was not answered."""
        await messenger.settled(place_of(message))
        return await asyncio.to_thread(self._sent.to_question, message.chat.id, message.message_id)

    async def questions_of(self, parts: Sequence[SentAnswer]) -> Sequence[str | None]:
        """Return the words that each answer among these parts stands for; None for one that is forgotten or was
        retracted."""
        return [await self._question_of(reply_id) for reply_id in _replies_of(parts)]

    async def _question_of(self, reply_id: str) -> str | None:
        if await asyncio.to_thread(self._sent.is_retracted, reply_id):
            return None
        reply = await asyncio.to_thread(self._dialogue.recall, reply_id)
        return reply.question if reply is not None else None

    async def retract(self, parts: Sequence[SentAnswer]) -> None:
        """Leave the answers among these parts out of the conversation they were given in."""
        for reply_id in _replies_of(parts):
            await asyncio.to_thread(self._sent.retract, reply_id)


def _replies_of(parts: Sequence[SentAnswer]) -> Sequence[str]:
    return list(dict.fromkeys(part.reply_id for part in parts))


def asking_of(message: Message, question: str) -> Asking:
    """Return the question of a message, to be answered where it was asked."""
    return Asking(question, place_of(message), conversation_id(message), message.message_id)


def _quoted_citation(message: Message, reply: Reply) -> int | None:
    """Return the number of the citation that holds the words a reply quotes; None if it quotes none, or several hold
    them."""
    if message.quote is None:
        return None
    words = _bare(message.quote.text)
    holding = [one.number for one in reply.citations if words and (words in _bare(one.quote.text))]
    named = [one.number for one in reply.citations if _bare(one.quote.text) in words]
    found = holding or named
    return found[0] if len(found) == 1 else None


def _bare(text: str) -> str:
    return " ".join(text.split()).casefold()
