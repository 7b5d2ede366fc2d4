"""Numbers that stand for terms: 64 bits, so that tables of them are plain arrays.

They come from Python's own hash, which is seeded anew in every process, so nobody can write words
that share a key. That a word is taken for one of a million others by chance happens once in about
2,000 years of a bulletin a second. Keys are never stored.
"""

from functools import reduce

from matching.query.ast import Phrase, PlaceTerm, SourceTerm, Term, TopicTerm, Word

_ALL = (1 << 64) - 1


def word_key(word: str) -> int:
    """The key of a subscribed word."""
    return hash(("word", word)) & _ALL


def form_key(form: str) -> int:
    """The key of a word as it stands in a text."""
    return hash(form) & _ALL


def topic_key(name: str) -> int:
    return hash(("topic", name)) & _ALL


def source_key(name: str) -> int:
    return hash(("from", name)) & _ALL


def place_key(code: str) -> int:
    """The key of a place reached from inside and, by an alert, from around it."""
    return hash(("in", code)) & _ALL


def own_place_key(code: str) -> int:
    """The key of a place reached from inside alone, as it is meant under NOT."""
    return hash(("only", code)) & _ALL


def key(term: Term, *, negated: bool) -> int:
    """The key of a term; negated: it stands under NOT."""
    match term:
        case Word(text):
            return word_key(text)
        case Phrase(words):
            return reduce(followed, map(word_key, words))
        case PlaceTerm(code):
            return own_place_key(code) if negated else place_key(code)
        case TopicTerm(name):
            return topic_key(name)
        case SourceTerm(name):
            return source_key(name)


def followed(first: int, second: int) -> int:
    """The key of what has one key with a word of another key after it: of a phrase so far."""
    return hash((first, second)) & _ALL
