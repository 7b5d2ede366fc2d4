"""handlers/commands."""
