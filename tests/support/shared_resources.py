"""Shared resources: gazetteer, topics, reader, explainer, catalog: loaded once per process."""

from functools import cache

from handlers.text.i18n import Catalog
from matching.explain import Explainer
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
def explainer() -> Explainer:
    """Return an explainer with the built-in topics."""
    return Explainer(gazetteer(), topics(), reader())


@cache
def catalog() -> Catalog:
    """Return the messages in all languages."""
    return Catalog()
