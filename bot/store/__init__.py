"""Conversations, replies and votes, and the ledger of messages, kept on SQL."""

from bot.store.exclusive import only_one
from bot.store.ledger import Ledger, Outcome, Parcel, Received
from bot.store.store import Store

__all__ = ["Ledger", "Outcome", "Parcel", "Received", "Store", "only_one"]
