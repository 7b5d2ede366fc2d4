"""Message renderers: bulletins, alerts and digests as Telegram HTML with buttons.

Pure functions from values to values. Not here: sending (`bot.delivery`), replies to commands
(`handlers.commands`), text formatting without a layout of its own (`handlers.text`).
"""
