"""matching/query."""
