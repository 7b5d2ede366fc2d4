"""Telegram adapter: updates as typed events, and the callback data of buttons.

Not here: calls of the Bot API (`bot.delivery`, `bot.telegram`), Telegram's HTML
(`handlers.text.html`).
"""
