"""Piece forms: the words of a query in pieces (`matching.text.pieces`), and the forms of a piece.

The letters of a model have MODEL_MARK after them: unlike a word, they are the same in the letters
of the other alphabet that look alike (Х-101, X-101).
"""

import functools
import re
from collections.abc import Callable, Iterable, Iterator

from matching.morphology.inflection import inflect, inflect_uncached
from matching.text.look_alikes import look_alikes
from matching.text.pieces import COMBINING_MARK, JOINT, split_word

MODEL_MARK = "~"

_ADJECTIVE = re.compile("[\u0400-\u052f']{3,}(?:ий|ый|ой)")
_ENDS_IN_O = re.compile("[\u0400-\u052f']{3,}(?<!г)о")


@functools.lru_cache(maxsize=10_000)
def query_pieces(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the pieces of the words of a term."""
    return tuple(piece for word in words for piece in _pieces_of_word(word))


def piece_forms_uncached(piece: str) -> frozenset[str]:
    """Return every piece of a text that a piece of a query stands for."""
    return _expand(piece, inflect_uncached)


@functools.lru_cache(maxsize=10_000)
def piece_forms(piece: str) -> frozenset[str]:
    """Do what `piece_forms_uncached` does, for pieces that are asked for again and again."""
    return _expand(piece, inflect)


def _pieces_of_word(word: str) -> Iterable[str]:
    pieces = split_word(word)
    if not any(piece.isdigit() for piece in pieces):
        return pieces
    return (piece + MODEL_MARK if piece.isalpha() else piece for piece in pieces)


def _expand(piece: str, inflect_word: Callable[[str], frozenset[str]]) -> frozenset[str]:
    if piece == JOINT:
        return frozenset((JOINT,))
    word = piece.removesuffix(MODEL_MARK).removesuffix(COMBINING_MARK)
    forms = inflect_word(word)
    if piece.endswith(MODEL_MARK):
        plurals = (f"{form}s" for form in forms if form.isascii())  # two MiG-31Ks
        return forms.union(plurals, *map(look_alikes, forms))
    return forms.union(_combining_forms(forms))


def _combining_forms(forms: Iterable[str]) -> Iterator[str]:
    """Yield the first parts of compounds that stand for a word: ракетно- for ракетний."""
    for form in forms:
        if _ADJECTIVE.fullmatch(form):
            yield f"{form[:-2]}о{COMBINING_MARK}"
        elif _ENDS_IN_O.fullmatch(form):
            yield form + COMBINING_MARK
