"""Handlers: the reply to each Telegram update, and the text of all messages.

Here: the dispatcher, the router, the registry of commands and buttons, the rate limit, and the
renderers of bulletins, alerts and digests. Handlers return replies as values and send nothing.
Not here: receiving updates (`bot.telegram`), sending (`bot.delivery`), SQL (`storage`).
"""
