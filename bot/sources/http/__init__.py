"""HTTP client of all polled sources, with its SSRF guard and bounded decompression.

Requests to Telegram do not pass here: see `bot.delivery` and `bot.telegram`.
"""
