"""bot/sources/core."""
