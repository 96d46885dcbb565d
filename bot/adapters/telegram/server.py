"""Serves Telegram until a stop signal, and stops within ten seconds whatever is going on."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from starlette.routing import Route
from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.application import ALLOWED_UPDATES, Service
from bot.adapters.telegram.delivery.health import HealthState
from bot.adapters.telegram.delivery.inbox import Inbox
from bot.adapters.telegram.delivery.polling import Polling
from bot.adapters.telegram.delivery.webhook import Webhook, derived_secret
from bot.adapters.web import Website
from bot.adapters.web.monitoring import monitoring
from bot.adapters.web.serving import HttpServers, RouteGroup
from bot.brought import LIFE
from bot.errors import StoreUnavailable, TokenRejected
from bot.retrying import BackOff
from bot.store import Store

logger = logging.getLogger(__name__)

_DELETE_EVERY_SECONDS: Final = 3_600.0
# Telegram repeats an update for a day at most.
_FINISHED_KEPT: Final = timedelta(hours=48)
_GRACE_SECONDS: Final = 4.0
_LAST_SECOND: Final = 7.0


def run(service: Service, website: Website | None = None) -> None:
    """Serve until SIGINT or SIGTERM, however often Telegram is out of reach in between, and the website beside it.

    Raises:
        TokenRejected: no amount of trying would help.
        PortTaken: an address to listen at cannot be had.
    """
    try:
        asyncio.run(_until_signalled(service, website))
    finally:
        service.close()


async def serve(service: Service, stop: asyncio.Event, website: Website | None = None) -> None:
    """Serve until `stop` is set; what is unfinished then is kept for the next start. See `run`."""
    health, servers = HealthState(must_poll=service.config.webhook_url is None), HttpServers()
    receiver = _receiver(service, health)
    _add_routes(service, health, receiver, servers, website)
    work = asyncio.create_task(_work(service, receiver))
    stopping = asyncio.create_task(stop.wait())
    try:
        await servers.open()
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        health.stopping = True
        stopping.cancel()
        work.cancel()
        try:
            with suppress(asyncio.CancelledError):
                await work
        finally:
            await servers.close()


def _receiver(service: Service, health: HealthState) -> Polling | Webhook:
    config = service.config
    if config.webhook_url is None:
        return Polling(service.bot, service.inbox, ALLOWED_UPDATES, health.hear, service.metrics.count_error)
    return Webhook(
        service.bot,
        service.inbox,
        ALLOWED_UPDATES,
        health.hear,
        url=config.webhook_url,
        secret=config.webhook_secret or derived_secret(config.token),
        leading=service.heartbeat.leading,
    )


def _add_routes(
    service: Service,
    health: HealthState,
    receiver: Polling | Webhook,
    servers: HttpServers,
    website: Website | None,
) -> None:
    """Add what is served over HTTP. The website's address has all of it, whatever other addresses have."""
    config, inbox = service.config, service.inbox
    problems = (
        lambda: health.problem,
        lambda: service.heartbeat.problem,
        lambda: inbox.problem,
        lambda: _fullness(inbox),
    )
    watched, groups = monitoring(service.metrics, problems, service.index_problem, service.freshness), []
    if isinstance(receiver, Webhook):
        posts = RouteGroup([Route(receiver.path, receiver.receive, methods=["POST"])])
        servers.add(config.webhook_listen, posts)
        groups.append(posts)
    if config.health_listen is not None:
        servers.add(config.health_listen, watched)
    if website is not None:
        website.add_to(servers, *groups, watched)


async def _work(service: Service, receiver: Polling | Webhook) -> None:
    """Run everything that goes on while the bot serves. Cancelling it ends all of it in good order."""
    try:
        await _connect(service)
        await service.heartbeat.join()
        await _receive(service, receiver)
    finally:
        with suppress(TelegramError):
            await service.application.shutdown()


async def _receive(service: Service, receiver: Polling | Webhook) -> None:
    beside = [
        asyncio.create_task(service.heartbeat.run()),
        asyncio.create_task(_lead(service)),
        asyncio.create_task(service.notices.run()),
        asyncio.create_task(service.own_accord.run()),
        *(asyncio.create_task(rounds.run(service.heartbeat.leading)) for rounds in service.rounds),
    ]
    try:
        await receiver.run(service.inbox.resume)
    finally:
        logger.info("stopping")
        await service.inbox.stop(_GRACE_SECONDS)
        for task in beside:
            task.cancel()
        await asyncio.wait(beside, timeout=1)
        await service.heartbeat.leave()


async def _lead(service: Service) -> None:
    """Do what one replica does for all of them, once this one leads."""
    await service.heartbeat.leading.wait()
    await service.menus.publish()
    await delete_expired(service.store, timedelta(days=service.config.retention_days), service.clock.earliest)


async def delete_expired(store: Store, retention: timedelta, clock: Callable[[], datetime]) -> None:
    """Delete old turns and old entries of inbox and outbox now and every hour, until it is cancelled."""
    while True:
        now = clock()
        try:
            await asyncio.to_thread(store.delete_before, now - retention)
            await asyncio.to_thread(store.watches.delete_before, now - retention)
            await asyncio.to_thread(store.own_messages.delete_before, now - retention)
            await asyncio.to_thread(store.digests.delete_before, now - retention)
            await asyncio.to_thread(store.brought.delete_before, now - LIFE)
            await asyncio.to_thread(store.outbox.delete_before, now - _FINISHED_KEPT)
        except StoreUnavailable as error:
            logger.error("what is out of date could not be deleted: %s", error)
        await asyncio.sleep(_DELETE_EVERY_SECONDS)


def _fullness(inbox: Inbox) -> str | None:
    return "too many updates in hand" if inbox.is_full else None


async def _connect(service: Service) -> None:
    back_off = BackOff()
    while True:
        try:
            await service.application.initialize()
        except InvalidToken:
            raise TokenRejected("Telegram rejected the token: check TELEGRAM_BOT_TOKEN") from None
        except TelegramError as error:
            logger.warning("Telegram is out of reach (%s), trying again", type(error).__name__)
            await back_off.pause()
        else:
            logger.info("connected as @%s", service.bot.username)
            _tell_of_guest_mode(service)
            return


def _tell_of_guest_mode(service: Service) -> None:
    """Tell the owner whether people may call the bot into other chats: that is set at @BotFather alone."""
    if service.bot.bot.supports_guest_queries:
        logger.info("guest mode is on: @%s in any chat gets an answer there", service.bot.username)
    else:
        logger.info("guest mode is off: switch it on for this bot in @BotFather's Mini App to be asked in any chat")


async def _until_signalled(service: Service, website: Website | None) -> None:
    stop = asyncio.Event()

    def ask_to_stop() -> None:
        stop.set()
        # Work in threads, as a reload, cannot be interrupted. It may be cut off: what is kept is kept whole.
        cut_off = threading.Timer(_LAST_SECOND, _cut_off)
        cut_off.daemon = True
        cut_off.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ask_to_stop)
    await serve(service, stop, website)


def leave() -> None:
    """End the process at once: taking an interpreter with two models apart takes seconds on a busy machine."""
    logging.shutdown()
    os._exit(0)


def _cut_off() -> None:
    logger.warning("stopped in the middle of work that takes long; nothing that was finished is lost")
    leave()
