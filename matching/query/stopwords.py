"""Stop words: refuse queries that would match nearly every bulletin.

The stop words of each language are in matching/data/stopwords.toml.
"""

import functools
import tomllib
from importlib.resources import files

from matching.query.ast import And, Not, Or, Query, Word
from matching.text.tokenizer import split_words


def is_too_common(query: Query) -> bool:
    """Return whether stop words alone can satisfy the query."""
    match query:
        case Word(text):
            return text in _load_stopwords()
        case Or(parts):
            return any(map(is_too_common, parts))
        case And(parts):
            return all(isinstance(part, Not) or is_too_common(part) for part in parts)
        case _:
            return False


@functools.lru_cache(maxsize=1)
def _load_stopwords() -> frozenset[str]:
    data = tomllib.loads((files("matching") / "data" / "stopwords.toml").read_text("utf-8"))
    return frozenset(word for line in data.values() for word in split_words(line))
