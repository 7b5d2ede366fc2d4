"""Maintenance of the database as a whole: lease, dump and load, statistics, write probe.

Here: what serves operators and the process itself. Not here: migrations (`storage.migrate`) and
retention, which each repository implements for its own table.
"""
