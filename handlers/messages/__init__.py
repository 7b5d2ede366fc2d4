"""handlers/messages."""
