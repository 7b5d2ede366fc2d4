"""storage/inbound."""
