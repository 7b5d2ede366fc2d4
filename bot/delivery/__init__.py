"""Delivery: take messages from the outbox, send them to Telegram, settle the outcomes.

Here: claims, the rate limiter, lane scheduling, the Bot API sender, retries and crash recovery.
Not here: who gets a message (`bot.ingest`, `bot.digests`, `alerts`), its text
(`handlers.messages`), and the outbox tables (`storage.outbox`).
"""
