"""Joined names: splits a token such as Kyiv/Lviv into the names of places that it lists."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from matching.places.gazetteer import Gazetteer
from matching.query.lexer import QueryToken, TokenKind
from matching.text.tokenizer import split_words

_PART = re.compile(r"[^/\\&+|•·–—-]+")
_MAX_NAMES = 16  # in one token


def split_joined_names(tokens: Iterable[QueryToken], gazetteer: Gazetteer) -> Iterator[QueryToken]:
    """Yield the tokens; one that lists well-known places becomes a token for each of them."""
    for token in tokens:
        yield from _split(token, gazetteer) or [token]


def _split(token: QueryToken, gazetteer: Gazetteer) -> list[QueryToken]:
    """Return the tokens of the names; empty if the token is not a list of names."""
    if token.kind is not TokenKind.BARE:
        return []
    parts = list(islice(_PART.finditer(token.value), _MAX_NAMES + 1))
    if not 2 <= len(parts) <= _MAX_NAMES or gazetteer.find_words(split_words(token.value)):
        return []
    names = [split_words(part[0]) for part in parts]
    if not all(name and _is_well_known(name, gazetteer) for name in names):
        return []
    return [
        QueryToken(
            TokenKind.BARE,
            token.start + part.start(),
            token.start + part.end(),
            part[0],
            is_quoted=False,
        )
        for part in parts
    ]


def _is_well_known(name: tuple[str, ...], gazetteer: Gazetteer) -> bool:
    return any(region.is_prominent for region in gazetteer.find_words(name)[:1])
