"""bot/sources/adapters/cap."""
