"""handlers/telegram."""
