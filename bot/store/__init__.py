"""Conversations, replies and votes, inbox and outbox, and which replica handles what, kept on SQL."""

from bot.store.copy import copy_database
from bot.store.leases import ChatLeases, Claimed, ClaimedUpdate
from bot.store.outbox import OutboxStore
from bot.store.outbox_rows import Answering, Delivery, IncomingUpdate, OutboxMessage, SendRequest
from bot.store.own_accord.own_messages import OwnKind, OwnMessage, OwnMessages
from bot.store.replicas import Replicas
from bot.store.single_process import only_one
from bot.store.store import Store

__all__ = [
    "Answering",
    "ChatLeases",
    "Claimed",
    "ClaimedUpdate",
    "Delivery",
    "IncomingUpdate",
    "OutboxMessage",
    "OutboxStore",
    "OwnKind",
    "OwnMessage",
    "OwnMessages",
    "Replicas",
    "SendRequest",
    "Store",
    "copy_database",
    "only_one",
]
