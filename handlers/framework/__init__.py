"""handlers/framework."""
