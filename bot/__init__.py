"""Running bot: sources, ingest, digests, delivery, Telegram's updates, operation, command line.

`bot.app` connects the parts. Text analysis is in `matching`, decisions about alerts are in
`alerts`, replies to people are in `handlers`, the database is in `storage`.
"""
