"""bot/sources/adapters/ukraine."""
