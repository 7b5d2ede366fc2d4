"""Sources of bulletins: registry, pollers, recorder and the adapters of third parties.

Deduplication across sources, matching and storing do not live here: see `bot.ingest`.
"""
