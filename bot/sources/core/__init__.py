"""Shared types and pure logic of all sources: source interface, dedup keys, state diff.

No I/O and no parsing of any format lives here.
"""
