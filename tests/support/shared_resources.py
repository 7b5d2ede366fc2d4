"""What the matcher knows and the bot says, loaded once for all tests of a process."""

from functools import cache

from handlers.text.i18n import Words
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@cache
def topics() -> Topics:
    return Topics.built_in()


@cache
def reader() -> Reader:
    return Reader(gazetteer(), topics())


@cache
def words() -> Words:
    return Words()
