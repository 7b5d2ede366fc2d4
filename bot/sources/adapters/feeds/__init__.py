"""Adapters of general feeds: RSS and Atom, and live blogs as text or HTML.

Feeds of alerts and disasters live in the packages beside this one.
"""
