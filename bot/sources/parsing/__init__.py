"""Parsers of untrusted input: charset, HTML, XML, JSON fields, sanitizer.

Nothing here knows a particular service: that lives in `bot.sources.adapters`.
"""
