"""Adapters: one module or package for each kind of source, grouped by family.

What several families share lives in `bot.sources.base`.
"""
