"""handlers/services."""
