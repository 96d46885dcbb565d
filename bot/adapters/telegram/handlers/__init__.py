"""What the bot does with a message, a press or an inline question."""
