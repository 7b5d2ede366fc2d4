"""storage/outbox."""
