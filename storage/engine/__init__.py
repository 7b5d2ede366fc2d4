"""Database engine: connections, transactions, column types and statement builders.

Here: everything that depends on the kind of database. Not here: tables, or any statement about one.
"""
