"""Conversations, replies and votes, the ledger of messages, and who handles them, kept on SQL."""

from bot.store.copy import copy_database
from bot.store.leases import ChatLeases, Claimed, ClaimedUpdate
from bot.store.outbox import OutboxStore
from bot.store.outbox_rows import Delivery, IncomingUpdate, OutboxMessage
from bot.store.replicas import Replicas
from bot.store.single_process import only_one
from bot.store.store import Store

__all__ = [
    "ChatLeases",
    "Claimed",
    "ClaimedUpdate",
    "Delivery",
    "IncomingUpdate",
    "OutboxMessage",
    "OutboxStore",
    "Replicas",
    "Store",
    "copy_database",
    "only_one",
]
