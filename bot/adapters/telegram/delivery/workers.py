"""BlockingExecutor and KeyedLocks: threads for work that blocks, and locks that exist while somebody uses them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class BlockingExecutor:
    """Runs blocking work in threads, so that the event loop never waits for a disk.

    What is asked first is begun first, and with one worker done first.
    """

    def __init__(self, name: str, *, workers: int = 1) -> None:
        self._thread = ThreadPoolExecutor(workers, thread_name_prefix=name)

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return the result of the work. Cancelling gives up the wait, not the work."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Finish what was asked for. Nothing may be asked for afterwards."""
        self._thread.shutdown(wait=True)


class KeyedLocks:
    """Has a lock for each key in use, first come first served."""

    def __init__(self) -> None:
        self._locks: dict[object, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, key: object) -> AsyncIterator[None]:
        """Hold the key's lock for the block."""
        lock, users = self._locks.get(key, (None, 0))
        lock = lock or asyncio.Lock()
        self._locks[key] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            _, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = lock, users - 1
