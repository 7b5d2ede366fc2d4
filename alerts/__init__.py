"""Life of an alert: classify, extract, track over all sources, inhibit, resolve, notify.

Only decisions live here. `storage.inbound.incidents` stores incidents, `bot.ingest` calls the
tracker, and `handlers.messages.alert` renders the messages.
"""
