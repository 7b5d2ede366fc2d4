"""Digests: build due digests and the summaries at the end of quiet hours.

Here: reading what is pending for a subscriber and putting built digests into the outbox. Not here:
their text (`handlers.messages.digest`), schedules (`storage.values.schedules`), and sending
(`bot.delivery`).
"""
