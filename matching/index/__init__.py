"""matching/index."""
