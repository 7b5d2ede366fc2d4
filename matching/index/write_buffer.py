"""Write buffer: rows and terms of subscriptions on their way into a segment, in growing arrays."""

from array import array
from itertools import accumulate

from matching.index.matches import MatchMode, pack_subscriber
from matching.index.term_keys import circle_key, form_key, phrase_key, term_key, word_key
from matching.morphology.piece_forms import piece_forms_uncached
from matching.query.ast import And, NearTerm, Not, Or, Phrase, Term, Word, load
from matching.query.evaluator import term_pieces
from matching.query.row_templates import RowTemplates


class WriteBuffer:
    """Buffer of many subscriptions."""

    def __init__(self) -> None:
        # Of each subscription:
        self.ids = array("I")
        self.packed_subscribers = array("I")
        # Of each row:
        self.anchors = array("I")  # indices into term_keys
        self.subscriptions = array("I")  # indices into ids
        self.lengths = array("I")  # number of literals beside the anchor
        # Of each literal, row by row:
        self.literals = array("I")  # indices into term_keys
        self.flags = array("B")  # those of row_templates
        self.term_keys = array("Q")  # some more than once
        # Of each edge of the phrase trie, some more than once:
        self.edge_prefixes = array("Q")  # key of the words so far
        self.edge_words = array("Q")  # key of the next word
        self.edge_nodes = array("Q")  # key of both together
        # Of each form of each word:
        self.forms = array("Q")
        self.form_words = array("Q")
        # Of each circle:
        self.circle_keys = array("Q")
        self.circle_latitudes = array("d")
        self.circle_longitudes = array("d")
        self.circle_radii = array("I")
        self._templates = RowTemplates()
        self._term_indices: dict[str, int] = {}  # JSON of a term -> its index in term_keys
        self._word_keys: set[int] = set()  # of the words added

    def add(self, number: int, subscriber: int, query: str, mode: MatchMode) -> bool:
        """Add a subscription with its stored query. Return False, and add nothing, without rows.

        Raises ValueError for a text that is not a stored query, and for a query that requires no
        positive term.
        """
        terms, templates = self._templates.get(query)
        if templates is None:
            return False
        try:
            indices = [self._term_indices[term] for term in terms]
        except KeyError:
            indices = [
                self._term_indices[term] if term in self._term_indices else self._add_term(term)
                for term in terms
            ]
        index = len(self.ids)
        self.ids.append(number)
        self.packed_subscribers.append(pack_subscriber(subscriber, mode))
        for row in templates:
            self.anchors.append(indices[row.anchor])
            self.subscriptions.append(index)
            self.lengths.append(len(row.flags))
            if row.flags:
                self.literals.extend(
                    [indices[term] + is_negated for term, is_negated in row.literals]
                )
                self.flags.frombytes(row.flags)
        return True

    def _add_term(self, text: str) -> int:
        """Add a term from its JSON; return its index. The key it has under NOT comes after it."""
        term = _parse_term(text)
        index = self._term_indices[text] = len(self.term_keys)
        self.term_keys.extend((term_key(term, is_negated=False), term_key(term, is_negated=True)))
        match term:
            case Word() | Phrase():
                self._add_pieces(term_pieces(term))
            case NearTerm(latitude, longitude, radius):
                self.circle_keys.append(circle_key(term))
                self.circle_latitudes.append(latitude)
                self.circle_longitudes.append(longitude)
                self.circle_radii.append(radius)
        return index

    def _add_pieces(self, pieces: tuple[str, ...]) -> None:
        keys = [self._add_piece(piece) for piece in pieces]
        prefixes = list(accumulate(keys, phrase_key))
        self.edge_prefixes.extend(prefixes[:-1])
        self.edge_words.extend(keys[1:])
        self.edge_nodes.extend(prefixes[1:])

    def _add_piece(self, piece: str) -> int:
        key = word_key(piece)
        if key not in self._word_keys:
            self._word_keys.add(key)
            self.term_keys.append(key)
            for form in piece_forms_uncached(piece):
                self.forms.append(form_key(form))
                self.form_words.append(key)
        return key


def _parse_term(text: str) -> Term:
    query = load(text)
    if isinstance(query, And | Or | Not):
        raise TypeError(text)
    return query
