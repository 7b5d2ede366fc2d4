"""Whatever changes, and whenever the index is rebuilt, it gives what each query alone gives."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.index_cases import QUERIES, READER, READINGS, as_sets, one_by_one

from matching.index.index import Index, Mode, Rebuild
from matching.query.ast import And, Not, Or, Query, Word, dump
from matching.reader import Reading

NUMBERS = st.integers(0, 30)
SUBSCRIBERS = st.integers(0, 4)
STORED = st.lists(st.tuples(SUBSCRIBERS, QUERIES, st.sampled_from(Mode)), min_size=1, max_size=100)


class Changing(RuleBasedStateMachine):
    """An index, and beside it what it should hold."""

    def __init__(self) -> None:
        super().__init__()
        self.index = Index()
        self.held: dict[int, tuple[int, Query, Mode]] = {}
        self.rebuild: Rebuild | None = None
        self.put: dict[int, tuple[int, Query, Mode]] = {}  # into the rebuild
        self.next = 1_000

    @rule(number=NUMBERS, subscriber=SUBSCRIBERS, query=QUERIES, mode=st.sampled_from(Mode))
    def add(self, number: int, subscriber: int, query: Query, mode: Mode) -> None:
        self.index.add(number, subscriber, query, mode)
        self.held[number] = (subscriber, query, mode)

    @rule(number=NUMBERS)
    def remove(self, number: int) -> None:
        self.index.remove(number)
        self.held.pop(number, None)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def remove_one_that_is_there(self, data: st.DataObject) -> None:
        self.remove(data.draw(st.sampled_from(sorted(self.held))))

    @rule(rows=STORED)
    def load(self, rows: list[tuple[int, Query, Mode]]) -> None:
        new = self.numbered(rows)
        self.index.load((n, s, dump(query), mode) for n, (s, query, mode) in new.items())
        self.held |= new
        self.rebuild = None

    @rule()
    def begin(self) -> None:
        self.rebuild = self.index.rebuild()
        self.put = {}

    @precondition(lambda self: self.rebuild)
    @rule(rows=STORED)
    def put_more(self, rows: list[tuple[int, Query, Mode]]) -> None:
        assert self.rebuild
        new = self.numbered(rows)
        self.rebuild.put((n, s, dump(query), mode) for n, (s, query, mode) in new.items())
        self.put |= new

    @precondition(lambda self: self.put)
    @rule(data=st.data(), query=QUERIES)
    def replace_one_that_is_being_put(self, data: st.DataObject, query: Query) -> None:
        number = data.draw(st.sampled_from(sorted(self.put)))
        del self.put[number]
        self.add(number, 0, query, Mode.RING)

    @precondition(lambda self: self.rebuild)
    @rule()
    def adopt(self) -> None:
        assert self.rebuild
        self.rebuild.finish()
        self.index.adopt(self.rebuild)
        self.held |= self.put
        self.rebuild, self.put = None, {}

    @rule(reading=READINGS)
    def match(self, reading: Reading) -> None:
        assert as_sets(self.index.match(reading)) == one_by_one(self.held, reading)

    @invariant()
    def the_number_is_right(self) -> None:
        assert len(self.index) == len(self.held)

    def numbered(self, rows: list[tuple[int, Query, Mode]]) -> dict[int, tuple[int, Query, Mode]]:
        first, self.next = self.next, self.next + len(rows)
        return dict(enumerate(rows, first))


TestChanging = Changing.TestCase
TestChanging.settings = settings(max_examples=150, stateful_step_count=40)


def test_many_subscribers_of_one_term_are_found_and_removed_one_by_one() -> None:
    index = Index()
    index.load((n, n // 2, dump(Word("train")), Mode(n % 3)) for n in range(1_000))
    index.load([(2_000, 0, dump(Word("train")), Mode.RING)])
    reading = READER.read("", "Trains")
    held = {n: (n // 2, Word("train"), Mode(n % 3)) for n in range(1_000)}
    assert as_sets(index.match(reading)) == one_by_one(held, reading)
    for number in (0, 3, 500, 999):
        index.remove(number)
        del held[number]
    held[2_000] = (0, Word("train"), Mode.RING)
    assert as_sets(index.match(reading)) == one_by_one(held, reading)
    index.remove(2_000)
    del held[2_000]
    assert as_sets(index.match(reading)) == one_by_one(held, reading)


def test_a_query_too_nested_for_rows_is_matched_all_the_same() -> None:
    pairs = tuple(And((Word(f"left{n}"), Word(f"right{n}"))) for n in range(16))
    query = And((Word("train"), Or(pairs), Not(Or(pairs[:2]))))
    index = Index()
    index.load([(1, 1, dump(query), Mode.RING), (2, 2, dump(Word("train")), Mode.RING)])
    assert set(index.match(READER.read("", "train left3 right3")).ring) == {1, 2}
    assert set(index.match(READER.read("", "train left3 right4")).ring) == {2}
    assert set(index.match(READER.read("", "train left3 right3 left1 right1")).ring) == {2}
    index.remove(1)
    assert set(index.match(READER.read("", "train left3 right3")).ring) == {2}
    assert len(index) == 1


def test_a_rebuild_that_was_superseded_is_not_adopted() -> None:
    index = Index()
    index.add(1, 1, Word("train"), Mode.RING)
    first, second = index.rebuild(), index.rebuild()
    first.finish()
    with pytest.raises(ValueError, match="superseded"):
        index.adopt(first)
    second.finish()
    index.adopt(second)
    assert set(index.match(READER.read("", "train")).ring) == {1}


def test_nothing_is_loaded_when_a_row_is_no_query() -> None:
    index = Index()
    with pytest.raises(ValueError, match="not a stored query"):
        index.load([(1, 1, dump(Word("train")), Mode.RING), (2, 2, "damaged", Mode.RING)])
    assert len(index) == 0
    index.load([(1, 1, dump(Word("train")), Mode.RING)])
    assert len(index) == 1


def test_a_rebuild_is_due_when_much_has_changed() -> None:
    index = Index()
    for number in range(2_000):
        assert not index.is_due
        index.add(number, number, Word("train"), Mode.RING)
    assert index.is_due
    rebuild = index.rebuild()
    assert not index.is_due
    rebuild.finish()
    index.adopt(rebuild)
    assert len(index) == 2_000


def test_numbers_too_large_are_refused_and_of_what_is_removed_nothing() -> None:
    index = Index()
    with pytest.raises(ValueError, match="number of a subscriber"):
        index.add(1, 1 << 30, Word("train"), Mode.RING)
    with pytest.raises(ValueError, match="number of a subscription"):
        index.add(1 << 32, 1, Word("train"), Mode.RING)
    index.remove(1 << 40)
    assert len(index) == 0
