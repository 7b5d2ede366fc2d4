"""Topics: cue words, negation, the rules that classify sentences, highlights.

Here: the built-in topics (matching/data/topics.toml) and those of operators. Not here: the query
language the rules are written in (matching.query), and Telegram's forum topics.
"""
