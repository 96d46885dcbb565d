"""Thin adapters: where people talk to the dialogue."""
