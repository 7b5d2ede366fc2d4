"""bot/sources/parsing."""
