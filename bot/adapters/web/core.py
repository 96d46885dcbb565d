"""WebCore: what the groups of routes are given of the bot."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from bot.adapters.metrics import Metrics
from bot.adapters.web.config import WebConfig
from bot.admin.services import AdminServices
from bot.corrections.desk import CorrectionDesk
from bot.dialogue import Dialogue
from index.library.live import LiveIndex

_P = ParamSpec("_P")
_T = TypeVar("_T")
_QUESTION_THREADS = 2
_THREADS_WITH_A_MODEL = 8


def threads_for(config: WebConfig) -> ThreadPoolExecutor:
    """Return the threads that answer; more where most of the time of a question is waiting for a language model."""
    count = _THREADS_WITH_A_MODEL if config.language_model else _QUESTION_THREADS
    return ThreadPoolExecutor(count, thread_name_prefix="web")


@dataclass(frozen=True, slots=True)
class WebCore:
    """What answers, the articles in service, and how to reach what serves admins, which takes a second to make.

    `corrections`: what tells of quotes that have changed; None: nothing does.
    """

    dialogue: Dialogue
    live: LiveIndex
    admin: Callable[[], AdminServices]
    metrics: Metrics
    config: WebConfig
    corrections: CorrectionDesk | None = None
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_QUESTION_THREADS, thread_name_prefix="web")
    )
    checking: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="checking"))
    """One text is checked after the other, while questions are answered: it may take longer than any of them."""

    async def in_thread(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what a function gives that computes or waits, such as `dialogue.reply`: never on the loop itself."""
        return await _computed(self.threads, partial(function, *args, **kwargs))

    async def when_checked(self, check: Callable[[], _T]) -> _T:
        """Return what a check of a text gives, once it is its turn."""
        return await _computed(self.checking, check)

    def close(self) -> None:
        """Let go of the threads."""
        for threads in (self.threads, self.checking):
            threads.shutdown(wait=False, cancel_futures=True)


async def _computed(threads: ThreadPoolExecutor, compute: Callable[[], _T]) -> _T:
    return await asyncio.get_running_loop().run_in_executor(threads, partial(copy_context().run, compute))
