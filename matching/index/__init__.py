"""Reverse-search index (a percolator): stored queries, matched together against each reading.

Here: the mutable layer, the immutable segments, and the compaction that merges them. Not here:
parsing and evaluation of one query (matching.query), and the loading of subscriptions from the
database (bot.ingest).
"""
