"""Subscriptions on their way into a segment: their rows, by keys of terms, in growing arrays."""

from array import array
from itertools import accumulate

from matching.clauses import Clause, Row, rows
from matching.inflection import forms
from matching.keys import followed, form_key, key
from matching.matches import Mode
from matching.query import Phrase, Query, Term, Word, needs_a_term
from matching.segment import OPENS_CLAUSE, OPENS_ROW, PLANE, who

NEGATED = 4  # a flag of a literal, beside those of segment.More


def check(subscriber: int, query: Query) -> None:
    """ValueError for what no index can hold."""
    if not 0 <= subscriber < PLANE:
        raise ValueError(f"not the number of a subscriber: {subscriber}")
    if not needs_a_term(query):
        raise ValueError("the query holds for a text without any of its terms")


class Gathering:
    """Rows and terms of many subscriptions; a number is put in once."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.whos = array("I")  # subscriber and mode
        # Of each row:
        self.anchors = array("Q")
        self.subscriptions = array("I")  # indices into ids
        self.lengths = array("I")  # how many literals stand beside the anchor
        # Of each literal, those of a row one after the other:
        self.literals = array("Q")
        self.flags = array("B")  # NEGATED and those of segment.More
        self.terms = array("Q")  # each once
        # Of each beginning of a phrase and each phrase, some more than once:
        self.firsts = array("Q")  # the words so far
        self.seconds = array("Q")  # the next word
        self.both = array("Q")
        # Of each form of each word:
        self.forms = array("Q")
        self.words = array("Q")
        self._known: dict[tuple[Term, bool], int] = {}

    def put(self, number: int, subscriber: int, query: Query, mode: Mode) -> bool:
        """False for a query that has no rows: it is not in then. ValueError as of check()."""
        check(subscriber, query)
        found = rows(query)
        if found is None:
            return False
        index = len(self.ids)
        self.ids.append(number)
        self.whos.append(who(subscriber, mode))
        for row in found:
            self._put_row(row, index)
        return True

    def _put_row(self, row: Row, index: int) -> None:
        self.anchors.append(self._key(row.anchor, negated=False))
        self.subscriptions.append(index)
        self.lengths.append(sum(map(len, row.rest)))
        opens_row = OPENS_ROW
        for clause in row.rest:
            self._put_clause(clause, opens_row | OPENS_CLAUSE)
            opens_row = 0

    def _put_clause(self, clause: Clause, opens: int) -> None:
        for term, negated in clause:
            self.literals.append(self._key(term, negated=negated))
            self.flags.append(opens | NEGATED if negated else opens)
            opens = 0

    def _key(self, term: Term, *, negated: bool) -> int:
        known = self._known.get((term, negated))
        if known is None:
            known = self._known[term, negated] = key(term, negated=negated)
            self._learn(term, known)
        return known

    def _learn(self, term: Term, number: int) -> None:
        self.terms.append(number)
        match term:
            case Word(text):
                for form in forms(text):
                    self.forms.append(form_key(form))
                    self.words.append(number)
            case Phrase(words):
                self._learn_phrase([self._key(Word(word), negated=False) for word in words])

    def _learn_phrase(self, words: list[int]) -> None:
        beginnings = list(accumulate(words, followed))
        self.firsts.extend(beginnings[:-1])
        self.seconds.extend(words[1:])
        self.both.extend(beginnings[1:])
