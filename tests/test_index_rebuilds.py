"""Index rebuilds (compaction): results equal those of each query alone, whatever changes."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.index_cases import QUERIES, READER, READINGS, match_one_by_one, to_sets

from matching.index.index import Index, MatchMode, Rebuild
from matching.query.ast import And, Not, Or, Query, Word, dump
from matching.reader import Reading

NUMBERS = st.integers(0, 30)
SUBSCRIBERS = st.integers(0, 4)
STORED = st.lists(
    st.tuples(SUBSCRIBERS, QUERIES, st.sampled_from(MatchMode)), min_size=1, max_size=100
)


class IndexMachine(RuleBasedStateMachine):
    """State machine: an index, and the subscriptions it is expected to hold."""

    def __init__(self) -> None:
        super().__init__()
        self.index = Index()
        self.expected: dict[int, tuple[int, Query, MatchMode]] = {}
        self.rebuild: Rebuild | None = None
        self.pending: dict[int, tuple[int, Query, MatchMode]] = {}  # added to the rebuild
        self.next_number = 1_000

    @rule(number=NUMBERS, subscriber=SUBSCRIBERS, query=QUERIES, mode=st.sampled_from(MatchMode))
    def add(self, number: int, subscriber: int, query: Query, mode: MatchMode) -> None:
        self.index.add(number, subscriber, query, mode)
        self.expected[number] = (subscriber, query, mode)

    @rule(number=NUMBERS)
    def remove(self, number: int) -> None:
        self.index.remove(number)
        self.expected.pop(number, None)

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def remove_existing(self, data: st.DataObject) -> None:
        self.remove(data.draw(st.sampled_from(sorted(self.expected))))

    @rule(rows=STORED)
    def load(self, rows: list[tuple[int, Query, MatchMode]]) -> None:
        numbered = self.number_rows(rows)
        self.index.load((n, s, dump(query), mode) for n, (s, query, mode) in numbered.items())
        self.expected |= numbered
        self.rebuild = None

    @rule()
    def start_rebuild(self) -> None:
        self.rebuild = self.index.start_rebuild()
        self.pending = {}

    @precondition(lambda self: self.rebuild)
    @rule(rows=STORED)
    def add_to_rebuild(self, rows: list[tuple[int, Query, MatchMode]]) -> None:
        assert self.rebuild
        numbered = self.number_rows(rows)
        self.rebuild.add((n, s, dump(query), mode) for n, (s, query, mode) in numbered.items())
        self.pending |= numbered

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), query=QUERIES)
    def replace_during_rebuild(self, data: st.DataObject, query: Query) -> None:
        number = data.draw(st.sampled_from(sorted(self.pending)))
        del self.pending[number]
        self.add(number, 0, query, MatchMode.AUDIBLE)

    @precondition(lambda self: self.rebuild)
    @rule()
    def adopt(self) -> None:
        assert self.rebuild
        self.rebuild.finish()
        self.index.apply_rebuild(self.rebuild)
        self.expected |= self.pending
        self.rebuild, self.pending = None, {}

    @rule(reading=READINGS)
    def match(self, reading: Reading) -> None:
        assert to_sets(self.index.match(reading)) == match_one_by_one(self.expected, reading)

    @invariant()
    def len_is_correct(self) -> None:
        assert len(self.index) == len(self.expected)

    def number_rows(
        self, rows: list[tuple[int, Query, MatchMode]]
    ) -> dict[int, tuple[int, Query, MatchMode]]:
        first, self.next_number = self.next_number, self.next_number + len(rows)
        return dict(enumerate(rows, first))


TestIndexMachine = IndexMachine.TestCase
TestIndexMachine.settings = settings(max_examples=150, stateful_step_count=40)


def test_an_index_finds_and_removes_many_subscribers_of_one_term() -> None:
    index = Index()
    index.load((n, n // 2, dump(Word("train")), MatchMode(n % 4)) for n in range(1_000))
    index.load([(2_000, 0, dump(Word("train")), MatchMode.AUDIBLE)])
    reading = READER.read("", "Trains")
    expected = {n: (n // 2, Word("train"), MatchMode(n % 4)) for n in range(1_000)}
    assert to_sets(index.match(reading)) == match_one_by_one(expected, reading)
    for number in (0, 4, 500, 999):
        index.remove(number)
        del expected[number]
    expected[2_000] = (0, Word("train"), MatchMode.AUDIBLE)
    assert to_sets(index.match(reading)) == match_one_by_one(expected, reading)
    index.remove(2_000)
    del expected[2_000]
    assert to_sets(index.match(reading)) == match_one_by_one(expected, reading)


def test_an_index_matches_a_query_too_nested_for_rows() -> None:
    pairs = tuple(And((Word(f"left{n}"), Word(f"right{n}"))) for n in range(16))
    query = And((Word("train"), Or(pairs), Not(Or(pairs[:2]))))
    index = Index()
    index.load(
        [(1, 1, dump(query), MatchMode.AUDIBLE), (2, 2, dump(Word("train")), MatchMode.AUDIBLE)]
    )
    assert set(index.match(READER.read("", "train left3 right3")).audible) == {1, 2}
    assert set(index.match(READER.read("", "train left3 right4")).audible) == {2}
    assert set(index.match(READER.read("", "train left3 right3 left1 right1")).audible) == {2}
    index.remove(1)
    assert set(index.match(READER.read("", "train left3 right3")).audible) == {2}
    assert len(index) == 1


def test_a_superseded_rebuild_is_refused() -> None:
    index = Index()
    index.add(1, 1, Word("train"), MatchMode.AUDIBLE)
    first, second = index.start_rebuild(), index.start_rebuild()
    first.finish()
    with pytest.raises(ValueError, match="superseded"):
        index.apply_rebuild(first)
    second.finish()
    index.apply_rebuild(second)
    assert set(index.match(READER.read("", "train")).audible) == {1}


def test_loading_an_invalid_query_adds_no_entry() -> None:
    index = Index()
    with pytest.raises(ValueError, match="not a stored query"):
        index.load(
            [(1, 1, dump(Word("train")), MatchMode.AUDIBLE), (2, 2, "damaged", MatchMode.AUDIBLE)]
        )
    assert len(index) == 0
    index.load([(1, 1, dump(Word("train")), MatchMode.AUDIBLE)])
    assert len(index) == 1


def test_a_rebuild_is_due_after_2000_changes() -> None:
    index = Index()
    for number in range(2_000):
        assert not index.is_rebuild_due
        index.add(number, number, Word("train"), MatchMode.AUDIBLE)
    assert index.is_rebuild_due
    rebuild = index.start_rebuild()
    assert not index.is_rebuild_due
    rebuild.finish()
    index.apply_rebuild(rebuild)
    assert len(index) == 2_000


def test_adding_refuses_numbers_out_of_range_and_removing_ignores_them() -> None:
    index = Index()
    with pytest.raises(ValueError, match="number of a subscriber"):
        index.add(1, 1 << 29, Word("train"), MatchMode.AUDIBLE)
    with pytest.raises(ValueError, match="number of a subscription"):
        index.add(1 << 32, 1, Word("train"), MatchMode.AUDIBLE)
    index.remove(1 << 40)
    assert len(index) == 0
