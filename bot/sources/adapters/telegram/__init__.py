"""bot/sources/adapters/telegram."""
