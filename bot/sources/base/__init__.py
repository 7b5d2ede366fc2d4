"""Base classes and helpers of adapters: settings, page and webhook sources, cursors, diffs.

Code that serves a single adapter does not live here but beside that adapter.
"""
