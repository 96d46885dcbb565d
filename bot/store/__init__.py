"""Conversations, replies and votes, kept on SQL."""

from bot.store.store import Store

__all__ = ["Store"]
