"""Adapter of the Common Alerting Protocol (CAP): source, parser, conversion to bulletins.

Feeds with formats of their own, such as GDACS, do not live here.
"""
