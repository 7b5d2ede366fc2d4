"""Subscriptions on their way into a segment: their rows and terms, in growing arrays."""

from array import array
from itertools import accumulate

from matching.index.matches import Mode, who
from matching.index.term_keys import followed, form_key, key, word_key
from matching.morphology.inflection import expanded
from matching.query.ast import And, Not, Or, Phrase, Term, Word, load
from matching.query.row_templates import Plans


class Gathering:
    """Rows and terms of many subscriptions."""

    def __init__(self) -> None:
        self.ids = array("I")
        self.whos = array("I")  # subscriber and mode
        # Of each row:
        self.anchors = array("I")  # indices into terms
        self.subscriptions = array("I")  # indices into ids
        self.lengths = array("I")  # how many literals stand beside the anchor
        # Of each literal, those of a row one after the other:
        self.literals = array("I")  # indices into terms
        self.flags = array("B")  # those of matching.plans
        self.terms = array("Q")  # keys, some more than once
        # Of each beginning of a phrase and each phrase, some more than once:
        self.firsts = array("Q")  # the words so far
        self.seconds = array("Q")  # the next word
        self.both = array("Q")
        # Of each form of each word:
        self.forms = array("Q")
        self.words = array("Q")
        self._plans = Plans()
        self._known: dict[str, int] = {}  # by how a term stands in a query its index in terms
        self._words: set[int] = set()  # keys

    def put(self, number: int, subscriber: int, query: str, mode: Mode) -> bool:
        """Take a query in as it is stored. False for one that has no rows: it is not in then.

        ValueError for what is no stored query, or one that needs none of its terms.
        """
        terms, plan = self._plans.plan(query)
        if plan is None:
            return False
        try:
            known = [self._known[term] for term in terms]
        except KeyError:
            known = [
                self._known[term] if term in self._known else self._learn(term) for term in terms
            ]
        index = len(self.ids)
        self.ids.append(number)
        self.whos.append(who(subscriber, mode))
        for row in plan:
            self.anchors.append(known[row.anchor])
            self.subscriptions.append(index)
            self.lengths.append(len(row.flags))
            if row.flags:
                self.literals.extend([known[term] + negated for term, negated in row.literals])
                self.flags.frombytes(row.flags)
        return True

    def _learn(self, text: str) -> int:
        """The index of a new term; what it is under NOT comes after it."""
        term = _term(text)
        index = self._known[text] = len(self.terms)
        self.terms.extend((key(term, negated=False), key(term, negated=True)))
        match term:
            case Word(word):
                self._learn_word(word)
            case Phrase(words):
                self._learn_phrase(words)
        return index

    def _learn_phrase(self, words: tuple[str, ...]) -> None:
        keys = [self._learn_word(word) for word in words]
        beginnings = list(accumulate(keys, followed))
        self.firsts.extend(beginnings[:-1])
        self.seconds.extend(keys[1:])
        self.both.extend(beginnings[1:])

    def _learn_word(self, word: str) -> int:
        known = word_key(word)
        if known not in self._words:
            self._words.add(known)
            self.terms.append(known)
            for form in expanded(word):
                self.forms.append(form_key(form))
                self.words.append(known)
        return known


def _term(text: str) -> Term:
    query = load(text)
    if isinstance(query, And | Or | Not):
        raise TypeError(text)
    return query
