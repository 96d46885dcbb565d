"""Outbox: every message of an answer arrives once, whatever happens on the way.

Telegram takes a message without a number of ours, so a call whose answer was lost may be repeated only if the message
is not there. That can be found out: ids of messages count up, those of every message we know are kept, and
editing one to what it already says is refused as "not modified" if it is the one looked for, and as not found or not
ours if it is any other. See docs/decisions/0013-every-answer-once.md.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any, Final, Protocol

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError, TimedOut

from bot.adapters.metrics import MessageOutcome
from bot.adapters.telegram.addressing import guest_place, sequence_of
from bot.adapters.telegram.delivery.leases import LeaseKeeper
from bot.adapters.telegram.delivery.rate_limiter import may_have_arrived, never_left, seconds_of
from bot.adapters.telegram.delivery.workers import BlockingExecutor, KeyedLocks
from bot.errors import StoreUnavailable
from bot.retrying import BackOff
from bot.store import Answering, Delivery, OutboxMessage, OutboxStore, OwnMessages, SendRequest
from bot.store.sent_answers import SentAnswer, SentAnswers

Body = dict[str, Any]
"""The parameters of sendMessage but the chat; or those of answerGuestQuery."""
GUEST_QUERY: Final = "guest_query_id"
"""The parameter that says whose question a guest's answer is for."""

logger = logging.getLogger(__name__)
# Messages that nobody told us of yet may lie between the newest that we know and the one looked for.
_BEYOND_NEWEST: Final = 3
_MOST_LOOKED_AT: Final = 100
_MOST_NOTED: Final = 1_000
_FIRST_PAUSE_SECONDS: Final = 0.5
# A call that timed out may still be on its way: asking too early would find nothing.
_SETTLING_SECONDS: Final = 3.0
# When to look whether a message that was sent anew has arrived twice.
_TIDY_AFTER_SECONDS: Final = (15.0, 45.0)
# What Telegram says of a query that was answered, or is too old to be.
_SPENT: Final = "query is too old"
# What it says of a message that cannot be changed any more.
_GONE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")


class MessageApi(Protocol):
    """The calls that the outbox makes."""

    async def send_body(self, chat_id: int, body: Body, before: Callable[[], Awaitable[object]]) -> int:
        """Send a message, with `before` awaited as it leaves, and return its id."""

    async def edit_to_body(self, chat_id: int, message_id: int, body: Body, *, looks: bool) -> None:
        """Make a message say this. With `looks` it is expected to do so already."""

    async def take_back(self, chat_id: int, message_id: int) -> None:
        """Delete a message."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that arrived, and how."""

    message_id: int
    outcome: MessageOutcome


class SentMessages:
    """The newest messages that were sent past the outbox, as a picture is: none of them is one looked for."""

    def __init__(self) -> None:
        self._sent: deque[tuple[int, int]] = deque(maxlen=_MOST_NOTED)

    def note(self, chat_id: int, message_id: int) -> None:
        """Take note of a message that was sent to a chat."""
        self._sent.append((sequence_of(chat_id), message_id))

    def in_sequence(self, sequence: int) -> set[int]:
        """Return the ids of those whose ids count up in a sequence."""
        return {message_id for noted, message_id in self._sent if noted == sequence}


class Outbox:
    """Delivers in the order of the calls within a chat; chats do not wait for each other."""

    def __init__(
        self,
        api: MessageApi,
        store: OutboxStore,
        executor: BlockingExecutor,
        leases: LeaseKeeper,
        sent_answers: SentAnswers,
        *,
        sent: SentMessages | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        give_up_after: timedelta = timedelta(minutes=30),
        on_outcome: Callable[[MessageOutcome], None] = lambda _: None,
    ) -> None:
        """`sent` is where `api` notes what it sends. `on_outcome` hears how each message ended."""
        self._api = api
        self._store = store
        self._executor = executor
        self._leases = leases
        self._sent_answers = sent_answers
        self._sent = sent or SentMessages()
        self._now = now
        self._give_up_after = give_up_after
        self._on_outcome = on_outcome
        self._chats = KeyedLocks()
        self._tidying: set[asyncio.Task[None]] = set()

    async def deliver(self, update_id: int | None, chat_id: int, requests: Sequence[SendRequest]) -> int:
        """Carry out the requests one after the other and return the first message's id.

        Raises:
            TelegramError: one of them cannot be delivered, so it and those after it are given up.
            StoreUnavailable: the database does not do its part; what is planned is sent when it does.
        """
        async with self._leases.hold(chat_id), self._chats.hold(chat_id):
            planned = await self._executor.run(
                self._store.plan, update_id, sequence_of(chat_id), chat_id, requests, self._now()
            )
            return (await self._deliver_all(planned))[0]

    async def deliver_own(self, own_messages: OwnMessages, message_id: int, chat_id: int) -> bool:
        """Deliver what waits to be said of the bot's own accord, and return False if somebody else does.

        Raises:
            TelegramError, StoreUnavailable: as above.
        """
        async with self._leases.hold(chat_id), self._chats.hold(chat_id):
            sequence, now = sequence_of(chat_id), self._now()
            planned = await self._executor.run(own_messages.hand_over, message_id, sequence, now)
            return bool(await self._deliver_all(planned))

    async def answer_guest(self, update_id: int, body: Body) -> None:
        """Answer the query of a guest message: one that a call has answered, heard of or not, Telegram knows no more.

        Raises:
            TelegramError: it cannot be answered any more.
            StoreUnavailable: see `deliver`.
        """
        await self.deliver(update_id, guest_place(update_id), [SendRequest(body)])

    async def settled(self, chat_id: int) -> None:
        """Return once nothing is on its way to the chat."""
        async with self._chats.hold(chat_id):
            return

    async def resume(self, left_over: Sequence[OutboxMessage]) -> None:
        """Deliver what others planned and did not deliver, as far as they knew, and let go of their chats.

        What cannot be delivered is logged.
        """
        by_chat: dict[int, list[OutboxMessage]] = {}
        for message in left_over:
            by_chat.setdefault(message.chat_id, []).append(message)
        if by_chat:
            logger.info("messages left over go to %d chats", len(by_chat))
        await asyncio.gather(*(self._resume_chat(chat_id, messages) for chat_id, messages in by_chat.items()))

    async def _resume_chat(self, chat_id: int, messages: Sequence[OutboxMessage]) -> None:
        try:
            async with self._chats.hold(chat_id):
                await self._deliver_all(messages)
        except (TelegramError, StoreUnavailable) as error:
            logger.info("a message left over for %s was not delivered: %s", chat_id, type(error).__name__)
        finally:
            await self._leases.release(chat_id)

    async def _deliver_all(self, messages: Sequence[OutboxMessage]) -> list[int]:
        message_ids: list[int] = []
        try:
            for message in messages:
                message_ids.append(await self._deliver_one(message))
        except TelegramError as error:
            is_refused = isinstance(error, BadRequest | Forbidden)
            for message in messages[len(message_ids) :]:
                ended = Delivery.REFUSED if is_refused else Delivery.EXPIRED
                await self._executor.run(self._store.undelivered, message.id, ended)
                self._on_outcome("refused" if is_refused else "expired")
            raise
        return message_ids

    async def _deliver_one(self, message: OutboxMessage) -> int:
        back_off = BackOff(_FIRST_PAUSE_SECONDS)
        while True:
            try:
                delivered = await self._try(message)
                break
            except ChatMigrated as error:
                return await self._deliver_elsewhere(message, error.new_chat_id)
            except TelegramError as error:
                wait = max(back_off.next_seconds(), _least_wait(error))
                if not _may_pass(error) or self._now() + timedelta(seconds=wait) > self._deadline(message):
                    raise
                logger.info("a message for %s is delayed: %s", message.chat_id, type(error).__name__)
                if may_have_arrived(error) and not never_left(error):
                    message = await self._executor.run(self._store.message, message.id)
            await asyncio.sleep(wait)
        await self._executor.run(self._settle, message, delivered.message_id)
        self._on_outcome(delivered.outcome)
        if message.after_id and delivered.outcome == "sent":
            self._begin_tidying(message)
        return delivered.message_id

    async def _deliver_elsewhere(self, message: OutboxMessage, chat_id: int) -> int:
        await self._executor.run(self._store.move, message.id, sequence_of(chat_id), chat_id)
        moved = await self._executor.run(self._store.message, message.id)
        async with self._leases.hold(chat_id):
            return await self._deliver_one(moved)

    def _settle(self, message: OutboxMessage, message_id: int) -> None:
        """Note what is where now. The outbox comes last, for it is what is looked at after a kill."""
        request = message.request
        if request.into is not None and (request.body is None or request.into != message_id):
            self._sent_answers.remove(message.chat_id, request.into)
        if request.answers is not None and request.body is not None:
            answers = request.answers
            self._sent_answers.remember(SentAnswer(message.chat_id, message_id, answers.question_id, answers.reply_id))
        self._store.delivered(message.id, message_id)

    def _begin_tidying(self, message: OutboxMessage) -> None:
        tidying = asyncio.create_task(self._tidy_up(message))
        self._tidying.add(tidying)
        tidying.add_done_callback(self._tidying.discard)

    async def _tidy_up(self, message: OutboxMessage) -> None:
        """Take back a copy of a message that was not there when it was looked for, and arrived all the same."""
        for wait in _TIDY_AFTER_SECONDS:
            await asyncio.sleep(wait)
            try:
                async with self._leases.hold(message.chat_id), self._chats.hold(message.chat_id):
                    copy = await self._found(message)
                if copy is not None:
                    await self._api.take_back(message.chat_id, copy)
                    self._on_outcome("taken back")
            except (TelegramError, StoreUnavailable) as error:
                logger.info("whether %s got a message twice is not known: %s", message.chat_id, type(error).__name__)

    def _deadline(self, message: OutboxMessage) -> datetime:
        return message.give_up_at or message.planned_at + self._give_up_after

    async def _try(self, message: OutboxMessage) -> Delivered:
        request = message.request
        if message.attempted:
            message_id = await self._found(message)
            if message_id is not None:
                return Delivered(message_id, "found")
        elif request.into is not None and await self._replaced(message.chat_id, request.into, request.body):
            return Delivered(request.into, "taken back" if request.body is None else "edited")
        if self._now() > self._deadline(message):
            raise TimedOut("the answer is too old to be sent")

        async def note_attempt() -> None:
            await self._executor.run(self._store.attempt, message.id)

        try:
            return Delivered(await self._api.send_body(message.chat_id, request.body or {}, note_attempt), "sent")
        except BadRequest as error:
            if message.attempted and GUEST_QUERY in (request.body or {}) and _SPENT in str(error).lower():
                return Delivered(0, "found")
            raise

    async def _found(self, message: OutboxMessage) -> int | None:
        """Return the id of the message if it did arrive. Nothing older than what it answers is touched."""
        if not message.after_id:
            return None
        sequence = message.sequence
        candidates = await self._executor.run(
            self._store.unaccounted, sequence, message.after_id, beyond=_BEYOND_NEWEST
        )
        others = self._sent.in_sequence(sequence)
        for message_id in [number for number in candidates if number not in others][:_MOST_LOOKED_AT]:
            try:
                await self._api.edit_to_body(message.chat_id, message_id, message.request.body or {}, looks=True)
            except BadRequest as error:
                if "not modified" not in str(error):
                    continue  # not there, or somebody else's
            return message_id
        return None

    async def _replaced(self, chat_id: int, message_id: int, body: Body | None) -> bool:
        """Make a message say this, or delete it.

        Return False if there is nothing to change any more, so that what it should say must be sent.
        """
        try:
            if body is None:
                await self._api.take_back(chat_id, message_id)
            else:
                await self._api.edit_to_body(chat_id, message_id, body, looks=False)
        except BadRequest as error:
            if body is None:
                logger.info("a part of an earlier answer in %s could not be deleted: %s", chat_id, error)
            elif any(sign in str(error).lower() for sign in _GONE):
                return False
            elif "not modified" not in str(error):
                raise
        return True


def send_requests(bodies: Sequence[Body], answers: Answering | None = None) -> list[SendRequest]:
    """Return requests that send messages."""
    return [SendRequest(body, answers=answers) for body in bodies]


def put_into(requests: Sequence[SendRequest], into: Sequence[int]) -> list[SendRequest]:
    """Return the requests so that their messages take the place of an earlier answer's parts.

    Parts that are too many are deleted, and messages that are too many are sent.
    """
    taking_back = SendRequest(None, answers=requests[-1].answers)
    pairs = zip_longest(requests, into)
    return [replace(request or taking_back, into=place) for request, place in pairs]


def _may_pass(error: TelegramError) -> bool:
    return isinstance(error, RetryAfter) or may_have_arrived(error)


def _least_wait(error: TelegramError) -> float:
    if isinstance(error, RetryAfter):
        return seconds_of(error.retry_after)
    return _SETTLING_SECONDS if isinstance(error, TimedOut) else 0.0
