"""bot/sources/adapters/disasters."""
