"""Sends updates to the bot's webhook, one at a time and until each is taken."""

import asyncio
from typing import Final

import aiohttp

from .state import State

_TICK_SECONDS: Final = 0.01
_RETRY_SECONDS: Final = 0.2
_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


async def deliver_updates(state: State) -> None:
    """Posts pending updates for as long as it runs.

    The webhook's public https address leads nowhere in a test, so updates go to
    `state.webhook_target`, and stay pending while that is not set.
    """
    async with aiohttp.ClientSession() as http:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            if state.webhook.url and state.webhook_target and not await _deliver_next(state, http):
                await asyncio.sleep(_RETRY_SECONDS)


async def _deliver_next(state: State, http: aiohttp.ClientSession) -> bool:
    with state.lock:
        pending = state.updates.peek(1)
    if not pending:
        return True
    secret = state.webhook.secret_token
    headers = {_SECRET_HEADER: secret} if secret else {}
    try:
        async with http.post(state.webhook_target, json=pending[0], headers=headers) as reply:
            problem = "" if reply.ok else f"Wrong response from the webhook: {reply.status} {reply.reason}"
    except aiohttp.ClientError:
        problem = "Connection refused"
    with state.lock:
        state.webhook.last_error = problem
        if not problem:
            state.updates.confirm(pending[0]["update_id"] + 1)
    return not problem
