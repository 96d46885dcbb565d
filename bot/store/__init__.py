"""Conversations, replies and votes, the ledger of messages, and who handles them, kept on SQL."""

from bot.store.copying import copy_database
from bot.store.exclusive import only_one
from bot.store.lanes import Handed, Lanes, Work
from bot.store.ledger import Ledger
from bot.store.ledger_records import Outcome, Parcel, Received
from bot.store.replicas import Replicas
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
