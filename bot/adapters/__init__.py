"""Adapters: where people and scripts talk to the dialogue."""
