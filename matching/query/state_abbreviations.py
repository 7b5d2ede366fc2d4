"""State abbreviations: reads the TX of Austin, TX as Texas, after a place of that name in it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matching.places.gazetteer import Gazetteer
from matching.query.lexer import QueryToken, TokenKind
from matching.text.tokenizer import split_words

_COUNTRIES = ("US", "CA")  # whose regions have the codes US-TX and CA-ON
_LENGTH = 2
_MAX_NAME_WORDS = 3


def expand_state_abbreviations(
    tokens: Sequence[QueryToken], gazetteer: Gazetteer
) -> Iterator[QueryToken]:
    """Yield the tokens, with the name of the state in place of its abbreviation in capitals.

    OR is Oregon at the end of a name only, where the operator would join nothing.
    """
    for position, token in enumerate(tokens):
        state = _state(tokens, position, gazetteer)
        if state is None:
            yield token
        else:
            yield replace(token, kind=TokenKind.BARE, value=state)


def _state(tokens: Sequence[QueryToken], position: int, gazetteer: Gazetteer) -> str | None:
    """Return the name of the state that a token abbreviates, else None."""
    token = tokens[position]
    letters = token.value.replace(".", "")
    if len(letters) != _LENGTH or not (letters.isascii() and letters.isupper()):
        return None
    if token.kind is TokenKind.OR:
        is_last = position + 1 == len(tokens) or tokens[position + 1].kind is TokenKind.SEPARATOR
        if not is_last:
            return None
    elif token.kind is not TokenKind.BARE:
        return None
    codes = [f"{country}-{letters}" for country in _COUNTRIES]
    states = [code for code in codes if gazetteer.get(code)]
    name = _name_before(tokens, position)
    for length in range(len(name), 0, -1):
        namesakes = gazetteer.find_words(tuple(name[-length:]))
        for state in states:
            if any(state in gazetteer.ancestors(namesake.code) for namesake in namesakes):
                return gazetteer.name(state, "en")
    return None


def _name_before(tokens: Sequence[QueryToken], position: int) -> list[str]:
    """Return the words before a token, without a comma between."""
    end = position - 1 if position and tokens[position - 1].is_comma else position
    start = end
    while start > max(end - _MAX_NAME_WORDS, 0) and tokens[start - 1].kind is TokenKind.BARE:
        start -= 1
    return [word for token in tokens[start:end] for word in split_words(token.value)]
