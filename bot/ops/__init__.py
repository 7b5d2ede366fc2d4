"""Operation of the process: HTTP endpoints, metrics, logging, scheduled jobs, watchdogs, notices.

Nothing here decides what is sent to whom about a bulletin: see `bot.ingest` and `bot.delivery`.
"""
