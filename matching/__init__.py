"""Matching: read the text of a bulletin and match it against the queries of subscribers.

Here: tokenizer, morphology, places, topics, the query language, the reverse-search index, the
reader that combines them, near-duplicate detection. Pure: no network, no database; only the data
files of the package are read. Not here: the life of an alert (alerts), storage, messages.
"""
