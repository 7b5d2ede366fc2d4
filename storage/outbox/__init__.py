"""Outbox: queues of messages to send, from broadcast and delivery to receipt and dead letter.

Here: storing, claiming and settling of messages, digests and summaries that wait. Not here: who
receives a bulletin (`bot.ingest`), and the calls to Telegram (`bot.delivery`).
"""
