"""matching/places."""
