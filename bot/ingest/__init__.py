"""Ingest: dedup, match and fan out bulletins to the outbox, in one transaction.

Here: the pipeline, the deduplicator, the fan-out writer and the keeper of the subscription index.
Not here: fetching (`bot.sources`), matching (`matching`), and decisions about alerts (`alerts`).
"""
