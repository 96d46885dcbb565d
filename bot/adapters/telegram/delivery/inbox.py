"""Inbox: keeps updates before Telegram is told that they came, has each handled once, and after a restart the rest."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from telegram import Update

from bot.adapters.telegram.delivery.bot import TelegramApplication
from bot.adapters.telegram.delivery.joining import Joining, joined
from bot.adapters.telegram.delivery.leases import LeaseKeeper
from bot.adapters.telegram.delivery.outbox import Outbox
from bot.adapters.telegram.delivery.raw_updates import RawUpdate, asked_at, may_be_handled_twice, received_from
from bot.adapters.telegram.delivery.workers import BlockingExecutor
from bot.errors import StoreUnavailable
from bot.store import Claimed, ClaimedUpdate, Delivery, OutboxStore

logger = logging.getLogger(__name__)
# Beyond this many updates in hand Telegram keeps them: it does so for a day.
_MOST_IN_HAND: Final = 1_000


class Inbox:
    """Hands updates to the application side by side; the application's processor keeps each person's in order."""

    def __init__(
        self,
        application: TelegramApplication,
        outbox: Outbox,
        leases: LeaseKeeper,
        store: OutboxStore,
        executor: BlockingExecutor,
        *,
        answer_within: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`outbox` sends the messages that others planned and did not send. `answer_within` is how old a question may
        be that is answered."""
        self._application = application
        self._outbox = outbox
        self._leases = leases
        self._store = store
        self._executor = executor
        self._answer_within = answer_within
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._joining = Joining()
        self._interrupted: dict[int, bool] = {}
        self._dispatching: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._is_open = False
        self.problem: str | None = None
        """Why updates cannot be kept; None while they can, as far as is known."""

    @property
    def in_hand(self) -> int:
        """How many updates are being handled or wait for it."""
        return len(self._tasks) + self._leases.claims.qsize()

    @property
    def is_full(self) -> bool:
        """Whether Telegram should keep further updates for now."""
        return len(self._tasks) >= _MOST_IN_HAND

    async def room(self) -> None:
        """Return once an update can be taken."""
        await self._room.wait()

    async def take(self, updates: Sequence[RawUpdate]) -> None:
        """Keep the updates; Telegram may forget them once this returns. One that was here before changes nothing.

        Until `resume` they are only kept.

        Raises:
            StoreUnavailable: they are not kept.
        """
        received = [received_from(update) for update in updates if isinstance(update.get("update_id"), int)]
        if not received:
            return
        try:
            if not self._is_open:
                await self._executor.run(self._store.receive, received)
                return
            claimed = await self._leases.receive(received)
        except StoreUnavailable as error:
            self.problem = f"updates cannot be kept: {error}"
            raise
        self.problem = None
        if claimed.repeated:
            logger.info("%d updates came a second time", claimed.repeated)
        self._dispatch(claimed)

    async def try_to_keep(self) -> None:
        """If the last updates could not be kept, find out whether some could be by now."""
        if self.problem is not None:
            with suppress(StoreUnavailable):
                await self._executor.run(self._store.replicas.write)
                logger.info("updates can be kept again")
                self.problem = None

    async def resume(self) -> None:
        """Start handling, first what the last run, or another replica, received and did not finish.

        Raises:
            StoreUnavailable: what that is cannot be known.
        """
        self._is_open = True
        if self._dispatching is None:
            self._dispatching = asyncio.create_task(self._dispatch_claims())
        await self.take_over()

    async def take_over(self) -> None:
        """Handle what nobody has in hand.

        Raises:
            StoreUnavailable: what that is cannot be known.
        """
        while self._is_open and not self.is_full:
            claimed = await self._leases.take_over()
            self._dispatch(claimed)
            if not claimed.messages and not claimed.updates:
                return

    async def stop(self, grace_seconds: float) -> None:
        """Finish what can be finished in time. The rest is kept, for the next start or for another replica."""
        self._is_open = False
        if self._dispatching is not None:
            self._dispatching.cancel()
            self._dispatching = None
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        if self._tasks:
            logger.info("%d updates are left for the next start", len(self._tasks))
            await self._drop_all()

    async def start_over(self) -> None:
        """Drop all that is in hand, because others have it in theirs, and go on as a new replica.

        Raises:
            StoreUnavailable: that is not possible yet.
        """
        await self._drop_all()
        await self._leases.drop_all()
        await self._executor.run(self._store.replicas.join)
        await self.take_over()

    def put_off(self, update_id: int) -> bool:
        """Have an update that the database cut short handled again, and return whether that may be."""
        if update_id not in self._interrupted:
            return False
        self._interrupted[update_id] = True
        return True

    async def _drop_all(self) -> None:
        for task in (dropped := list(self._tasks)):
            task.cancel()
        if dropped:
            await asyncio.wait(dropped, timeout=1)
        self._joining.drop_all()

    async def _dispatch_claims(self) -> None:
        while True:
            self._dispatch(await self._leases.claims.get())

    def _dispatch(self, claimed: Claimed) -> None:
        """Begin with what is to be done, unless this run is ending: then it is left as it is."""
        if not self._is_open:
            return
        if claimed.messages:
            self._begin(self._outbox.resume(claimed.messages))
        for update in claimed.updates:
            if not self._joining.takes(update):
                self._begin(self._handle(update))
        self._mind_room()

    def _begin(self, doing: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._mind_room()
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an update could not be handled: %s", type(error).__name__)

    def _mind_room(self) -> None:
        if self.is_full:
            self._room.clear()
        else:
            self._room.set()

    async def _handle(self, claimed: ClaimedUpdate) -> None:
        outcome: Delivery | None = None
        parts = await self._joining.rest_of(claimed, partial(self._look, claimed.key))
        self._store.joined[claimed.update_id] = [part.update_id for part in parts]
        try:
            outcome = await self._outcome(claimed, joined(claimed.body, [part.body for part in parts]))
        except Exception as error:
            logger.error("an update could not be handled: %s", type(error).__name__)
            outcome = None if isinstance(error, StoreUnavailable) else Delivery.DONE
        finally:
            self._store.joined.pop(claimed.update_id, None)
        for part in (*parts, claimed):
            try:
                self._dispatch(await self._leases.done(part, outcome))
            except StoreUnavailable as error:
                logger.warning("what became of update %d is not noted yet: %s", part.update_id, error)

    async def _look(self, key: int) -> None:
        """Dispatch what other replicas received for a chat that this one has in hand."""
        with suppress(StoreUnavailable):  # whoever comes after finds it
            self._dispatch(await self._leases.look(key))

    async def _outcome(self, claimed: ClaimedUpdate, raw: RawUpdate) -> Delivery | None:
        """Return how an update ended, whose parts are joined in `raw`; None if the database came in between, and it is
        to be handled again."""
        if self._is_expired(raw, claimed.received_at):
            return Delivery.EXPIRED
        update = self._parsed(raw)
        if update is None:
            return Delivery.DONE
        if may_be_handled_twice(raw):
            self._interrupted[claimed.update_id] = False
        else:
            for number in (*self._store.joined[claimed.update_id], claimed.update_id):
                await self._executor.run(self._store.finish, number, Delivery.DONE)
        application = self._application
        try:
            await application.update_processor.process_update(update, application.process_update(update))
        finally:
            is_interrupted = self._interrupted.pop(claimed.update_id, False)
        return None if is_interrupted else Delivery.DONE

    def _is_expired(self, raw: RawUpdate, received_at: datetime) -> bool:
        """Return whether it is too old: a message by Telegram's clock, which dated it; what is undated by this one."""
        asked, now = asked_at(raw), self._now()
        if asked is None:
            asked, now = received_at, datetime.now(UTC)
        return asked + self._answer_within < now

    def _parsed(self, raw: RawUpdate) -> Update | None:
        try:
            return Update.de_json(raw, self._application.bot)
        except Exception as error:
            # The library's own words would hold the update's.
            logger.warning("update %d is not understood (%s)", raw["update_id"], type(error).__name__)
            return None
