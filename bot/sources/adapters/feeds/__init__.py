"""bot/sources/adapters/feeds."""
