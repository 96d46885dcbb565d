"""Conversations, replies and votes, the ledger of messages, and who handles them, kept on SQL."""

from bot.store.copy import copy_database
from bot.store.leases import Handed, Lanes, Work
from bot.store.outbox import Ledger
from bot.store.outbox_rows import Outcome, Parcel, Received
from bot.store.replicas import Replicas
from bot.store.single_process import only_one
from bot.store.store import Store

__all__ = [
    "Handed",
    "Lanes",
    "Ledger",
    "Outcome",
    "Parcel",
    "Received",
    "Replicas",
    "Store",
    "Work",
    "copy_database",
    "only_one",
]
