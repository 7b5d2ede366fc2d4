"""Shared resources: the gazetteer, topics, reader and catalog, loaded once per test process."""

from functools import cache

from handlers.text.i18n import Catalog
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer."""
    return Gazetteer.load()


@cache
def topics() -> Topics:
    """Return the built-in topics."""
    return Topics.load_built_in()


@cache
def reader() -> Reader:
    """Return a reader with the built-in topics."""
    return Reader(gazetteer(), topics())


@cache
def catalog() -> Catalog:
    """Return the messages in all languages."""
    return Catalog()
