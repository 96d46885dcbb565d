"""LeaseKeeper: a chat in hand for as long as something goes on in it, so that no other replica touches it meanwhile."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from bot.adapters.telegram.delivery.workers import BlockingExecutor
from bot.errors import StoreUnavailable
from bot.store import ChatLeases, Claimed

logger = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS: Final = 0.2


class LeaseKeeper:
    """Whoever needs a chat waits here for it; what else there is to do in it goes to `on_work`."""

    def __init__(self, leases: ChatLeases, executor: BlockingExecutor) -> None:
        self._leases = leases
        self._executor = executor
        self.on_work: Callable[[Claimed], None] = lambda _: None

    @asynccontextmanager
    async def hold(self, chat_id: int) -> AsyncIterator[None]:
        """Have the chat in hand for the block, once no other replica has it.

        Raises:
            StoreUnavailable: whether another has it cannot be known.
        """
        while (work := await self._executor.run(self._leases.enter, chat_id)) is None:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        self.on_work(work)
        try:
            yield
        finally:
            await self.leave(chat_id)

    async def leave(self, chat_id: int) -> None:
        """The end of what somebody began who gave us `Claimed.messages`."""
        try:
            self.on_work(await self._executor.run(self._leases.leave, chat_id))
        except StoreUnavailable as error:
            logger.warning("a chat could not be let go of yet: %s", error)
