"""handlers/text."""
