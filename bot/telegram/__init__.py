"""Telegram's side of the process: updates in, by polling or webhook, and the bot's profile.

Messages out are in `bot.delivery`; what an update means is decided in `handlers`.
"""
