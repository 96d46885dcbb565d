"""Updates in and messages out: kept first, once each, within Telegram's limits."""
