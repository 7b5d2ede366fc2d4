"""storage/values."""
