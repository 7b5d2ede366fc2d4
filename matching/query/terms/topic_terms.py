"""Topic terms: a topic by its name after #, a hazard by words that name it."""

import difflib
from collections.abc import Sequence
from typing import Protocol

from matching.query.ast import ALERT_TOPIC, And, Or, Query, TopicTerm, Word
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import QueryToken, TokenKind
from matching.text.tokenizer import split_words

_MAX_HAZARD_WORDS = 4
_MIN_SIMILARITY = 0.7  # of a misspelt name to the one that is suggested


class TopicNames(Protocol):
    """Topic catalogue, as the parser needs it."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names."""

    def find_name(self, text: str) -> str | None:
        """Return the name of the topic with this name or title."""

    def find_hazard(self, words: Sequence[str]) -> str | None:
        """Return the hazard that words name, if it is a topic."""


def resolve_topic(token: QueryToken, topics: TopicNames) -> TopicTerm:
    """Return the term of a topic; raise QueryError for a name that no topic has."""
    name = topics.find_name(token.value) or topics.find_hazard(split_words(token.value))
    if token.value == ALERT_TOPIC:
        name = ALERT_TOPIC
    if name is None:
        closest = difflib.get_close_matches(
            token.value.casefold(), topics.names, 1, _MIN_SIMILARITY
        )
        suggestion = f"#{closest[0]}" if closest else None
        raise QueryError(ErrorKind.UNKNOWN_TOPIC, token.start, token.end, suggestion)
    return TopicTerm(name)


def resolve_hazard(
    tokens: Sequence[QueryToken], position: int, topics: TopicNames
) -> tuple[Query, int] | None:
    """Return the hazard that the tokens from a position name, and the position after its name.

    It is the topic or the words. The longest name counts; None if there is none.
    """
    name_tokens = tokens[position : position + _MAX_HAZARD_WORDS]
    for size in range(len(name_tokens), 0, -1):
        if any(token.kind is not TokenKind.BARE for token in name_tokens[:size]):
            continue
        words = [word for token in name_tokens[:size] for word in split_words(token.value)]
        if name := topics.find_hazard(words):
            literals = tuple(dict.fromkeys(map(Word, words)))
            literal = literals[0] if len(literals) == 1 else And(literals)
            return Or((TopicTerm(name), literal)), position + size
    return None
