"""matching/topics."""
