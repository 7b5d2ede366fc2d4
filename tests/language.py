"""What the matcher knows and the bot says, loaded once for all tests of a process."""

from functools import cache

from handlers.words import Words
from matching.gazetteer import Gazetteer
from matching.reading import Reader
from matching.topics import Topics


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
