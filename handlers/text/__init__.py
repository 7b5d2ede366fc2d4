"""Text: i18n, Telegram HTML, plain text, dates, time zones, schedules and queries in words.

Not here: the texts themselves (`handlers/locales`), whole messages (`handlers.messages`).
"""
