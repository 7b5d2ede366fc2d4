"""storage/maintenance."""
