"""Adapters of Telegram channels: posts from updates and posts from the web preview.

Commands and other updates do not live here: see `bot.telegram` and `handlers`.
"""
