"""storage/engine."""
