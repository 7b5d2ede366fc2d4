"""Isolation of parsers: a pool of processes that read pages from outside, with limits.

`worker` is the only module here that runs in such a process.
"""
