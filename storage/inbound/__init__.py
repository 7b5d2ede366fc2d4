"""Repositories of everything that comes in: bulletins, incidents, sources, Telegram updates.

Subscribers live in `storage.subscribers`, outgoing messages in `storage.outbox`.
"""
