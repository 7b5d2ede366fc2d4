"""Persistence on SQLite or PostgreSQL: the only package that imports the database libraries.

Here: tables, migrations, repositories for what comes in (`inbound`), subscribers and what goes out
(`outbox`), and maintenance such as backup and the lease. Not here: decisions about alerts, matching
and delivery. Callers pass in a `Transaction` and get frozen values back, never rows.
"""
