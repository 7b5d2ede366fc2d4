"""bot/sources/base."""
