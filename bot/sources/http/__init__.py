"""bot/sources/http."""
