"""What is kept of what the bot says of its own accord: watches and alerts, digests, corrections, and the messages."""
