"""Queries that would ring for nearly every bulletin."""

import functools
import tomllib
from importlib.resources import files

from matching.query.ast import And, Not, Or, Query, Word
from matching.text.tokenizer import words


def is_common(query: Query) -> bool:
    """Whether words that stand nearly everywhere are enough for the query to hold."""
    match query:
        case Word(text):
            return text in _everywhere()
        case Or(parts):
            return any(map(is_common, parts))
        case And(parts):
            return all(isinstance(part, Not) or is_common(part) for part in parts)
        case _:
            return False


@functools.lru_cache(maxsize=1)
def _everywhere() -> frozenset[str]:
    data = tomllib.loads((files("matching") / "data" / "common.toml").read_text("utf-8"))
    return frozenset(word for line in data.values() for word in words(line))
