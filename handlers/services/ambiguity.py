"""Ambiguity: buttons for the other meanings of a name, and the disambiguation by a press."""

from collections.abc import Sequence

from handlers.telegram.keyboards import encode_text, parse_number
from handlers.text.i18n import Translator
from handlers.text.plain_text import echo
from handlers.text.query_text import QueryFormatter
from matching.query.ast import NearTerm, Phrase, PlaceTerm, Query, Word, replace, terms
from matching.query.terms.ambiguities import Ambiguity
from storage.values.message import Button

PREFIX = "c"
"""`c:SUBSCRIPTION:AMBIGUITY:MEANING`. A meaning is the code of a place, or `-` for a plain word."""

Meaning = Word | Phrase | PlaceTerm | NearTerm

_MAX_BUTTONS = 12


def alternative_buttons(
    subscription: int,
    query: Query,
    ambiguities: Sequence[Ambiguity],
    translator: Translator,
    formatter: QueryFormatter,
) -> tuple[tuple[Button, ...], ...]:
    """Build rows with a button for each meaning that the query could have but does not."""
    buttons = []
    for position, ambiguity in enumerate(ambiguities):
        current = _current_meaning(query, ambiguity)
        for meaning in _meanings(ambiguity):
            if meaning != current:
                data = encode_text(f"{PREFIX}:{subscription}:{position}:", _token(meaning))
                buttons.append(Button(_label(meaning, ambiguity, translator, formatter), data))
    return tuple((button,) for button in buttons[:_MAX_BUTTONS])


def parse_callback(data: str) -> tuple[int, int, str] | None:
    """Parse data after the prefix: subscription, position of the ambiguity, token of the meaning.

    Returns None for anything else.
    """
    subscription_text, _, remainder = data.partition(":")
    position_text, _, token = remainder.partition(":")
    subscription, position = parse_number(subscription_text), parse_number(position_text)
    if subscription is None or position is None:
        return None
    return subscription, position, token


def apply_choice(
    query: Query, ambiguities: Sequence[Ambiguity], position: int, token: str
) -> Query | None:
    """Return the query with the chosen meaning; None if it no longer has that choice."""
    if position >= len(ambiguities):
        return None
    ambiguity = ambiguities[position]
    current = _current_meaning(query, ambiguity)
    meanings = _meanings(ambiguity)
    chosen = next((meaning for meaning in meanings if _token(meaning) == token), None)
    if current is None or chosen is None:
        return None
    return replace(query, current, chosen)


def _meanings(ambiguity: Ambiguity) -> tuple[Meaning, ...]:
    return (ambiguity.meaning, *ambiguity.alternatives)


def _current_meaning(query: Query, ambiguity: Ambiguity) -> Meaning | None:
    """Return the meaning that the query has now."""
    query_terms = set(terms(query))
    return next((meaning for meaning in _meanings(ambiguity) if meaning in query_terms), None)


def _token(meaning: Meaning) -> str:
    match meaning:
        case PlaceTerm(code) | NearTerm(reference=code):
            return code
        case _:
            return "-"


def _label(
    meaning: Meaning, ambiguity: Ambiguity, translator: Translator, formatter: QueryFormatter
) -> str:
    if isinstance(meaning, PlaceTerm):
        return translator.text("button-place-instead", place=formatter.place_name(meaning.code))
    if isinstance(meaning, NearTerm):
        return translator.text("button-place-instead", place=formatter.centre_name(meaning))
    return translator.text("button-word-instead", word=echo(ambiguity.text.strip('"“”„«»')))
