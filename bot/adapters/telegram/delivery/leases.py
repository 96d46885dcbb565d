"""LeaseKeeper: a chat's lease for as long as something goes on in it, so that no other replica touches it meanwhile."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from bot.adapters.telegram.delivery.workers import BlockingExecutor
from bot.errors import StoreUnavailable
from bot.store import ChatLeases, Claimed, ClaimedUpdate, Delivery, IncomingUpdate

logger = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS: Final = 0.2


class LeaseKeeper:
    """Whoever needs a chat waits here for its lease; what else there is to do in the chat goes into `claims`."""

    def __init__(self, leases: ChatLeases, executor: BlockingExecutor) -> None:
        self._leases = leases
        self._executor = executor
        self.claims: asyncio.Queue[Claimed] = asyncio.Queue()

    @asynccontextmanager
    async def hold(self, chat_id: int) -> AsyncIterator[None]:
        """Hold the chat's lease for the block, once no other replica has it.

        Raises:
            StoreUnavailable: whether another has it cannot be known.
        """
        while (claimed := await self._executor.run(self._leases.acquire, chat_id)) is None:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        self._pass_on(claimed)
        try:
            yield
        finally:
            await self.release(chat_id)

    async def release(self, chat_id: int) -> None:
        """Let go of a chat that `hold` or `Claimed.messages` gave."""
        try:
            self._pass_on(await self._executor.run(self._leases.release, chat_id))
        except StoreUnavailable as error:
            logger.warning("a chat could not be let go of yet: %s", error)

    async def receive(self, updates: Sequence[IncomingUpdate]) -> Claimed:
        """See `ChatLeases`, as for the methods below."""
        return await self._executor.run(self._leases.receive, updates)

    async def take_over(self) -> Claimed:
        """Claim what no replica holds."""
        return await self._executor.run(self._leases.take_over)

    async def done(self, claimed: ClaimedUpdate, outcome: Delivery | None) -> Claimed:
        """End an update, or leave it for later, and claim what comes next."""
        return await self._executor.run(self._leases.done, claimed, outcome)

    async def look(self, key: int) -> Claimed:
        """Claim what other replicas received for a chat that this one has in hand."""
        return await self._executor.run(self._leases.look, key)

    async def drop_all(self) -> None:
        """Forget all that this replica held, and what waits in `claims`."""
        while not self.claims.empty():
            self.claims.get_nowait()
        await self._executor.run(self._leases.drop_all)

    def _pass_on(self, claimed: Claimed) -> None:
        if claimed.messages or claimed.updates:
            self.claims.put_nowait(claimed)
