"""storage/subscribers."""
