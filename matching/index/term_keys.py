"""Term keys: 64-bit hashes of terms, so that tables of terms are plain arrays.

The keys come from Python's own hash, which has a new random seed in every process, so nobody can
choose words with colliding keys. With a million words, an accidental collision happens about once
in 2,000 years at a bulletin a second. Keys are never stored.
"""

from functools import reduce

from matching.query.ast import (
    NearTerm,
    Phrase,
    PlaceTerm,
    PropertyTerm,
    SourceTerm,
    Term,
    TopicTerm,
    Word,
)
from matching.query.evaluator import term_pieces

_MASK = (1 << 64) - 1


def word_key(word: str) -> int:
    """Return the key of a piece of a query."""
    return hash(("word", word)) & _MASK


def form_key(form: str) -> int:
    """Return the key of an inflected form, as it occurs in the pieces of a text."""
    return hash(form) & _MASK


def topic_key(name: str) -> int:
    """Return the key of a topic."""
    return hash(("topic", name)) & _MASK


def source_key(name: str) -> int:
    """Return the key of a source."""
    return hash(("from", name)) & _MASK


def place_key(code: str) -> int:
    """Return the key of a place, reached from inside and by alerts for what contains it."""
    return hash(("in", code)) & _MASK


def negated_place_key(code: str) -> int:
    """Return the key of a place under NOT, reached from inside only."""
    return hash(("only", code)) & _MASK


def property_key(term: PropertyTerm) -> int:
    """Return the key of a bound of a property."""
    return hash(("prop", term.name, term.comparison, term.value)) & _MASK


def circle_key(term: NearTerm) -> int:
    """Return the key of a circle, whatever its centre is called."""
    return hash(("near", term.latitude, term.longitude, term.radius_km)) & _MASK


def term_key(term: Term, *, is_negated: bool) -> int:
    """Return the key of a term; `is_negated`: it is under NOT."""
    match term:
        case Word() | Phrase():
            return reduce(phrase_key, map(word_key, term_pieces(term)))
        case PlaceTerm(code):
            return negated_place_key(code) if is_negated else place_key(code)
        case TopicTerm(name):
            return topic_key(name)
        case SourceTerm(name):
            return source_key(name)
        case PropertyTerm():
            return property_key(term)
        case NearTerm():
            return circle_key(term)


def phrase_key(prefix: int, word: int) -> int:
    """Return the key of a phrase, from the key of its prefix and that of its last word."""
    return hash((prefix, word)) & _MASK
