"""Database engine: connections, transactions, column types and statement builders.

Here: everything that knows which database runs below. Not here: tables, or any statement about one.
"""
