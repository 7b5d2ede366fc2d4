"""Repositories of subscribers and their choices: subscriptions, quiet hours, channels.

Messages that wait to be sent to them live in `storage.outbox`.
"""
