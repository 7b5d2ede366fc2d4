"""bot/sources/adapters."""
