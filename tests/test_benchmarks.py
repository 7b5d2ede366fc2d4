"""What is measured really happens."""

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from benchmarks import fanout
from benchmarks.clients import bare
from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers
from benchmarks.figures import percentile, show, table
from benchmarks.peer import peer
from storage import schema
from storage.engine.database import Database
from storage.outbox import backlog, broadcasts, deliveries
from storage.values.lanes import Lane


async def test_both_ways_of_owing_owe_it_to_all_recipients(database: Database) -> None:
    await add_subscribers(database, 30)
    ours = await fanout.measure("ours", database, fanout.one_row, 10, times=2)
    theirs = await fanout.measure("theirs", database, fanout.one_row_each, 10, times=2)
    async with database.read() as transaction:
        owed = await broadcasts.unfinished(transaction, Lane.NEWS, limit=9)
        rows = select(func.count()).select_from(schema.delivery)
        assert (await transaction.execute(rows)).scalar_one() == 20
    assert [len(one.recipients) for one in owed] == [10, 10]
    assert ours.written_kb > 0
    assert theirs.median_ms > 0


async def test_digests_are_due_and_spread_over_those_they_are_for(sqlite: Database) -> None:
    await add_subscribers(sqlite, 6)
    await add_digests(sqlite, 9, first=4, last=6)
    async with sqlite.read() as transaction:
        due_at = (await backlog.look(transaction))[Lane.DIGEST].due_at
        assert due_at is not None
        due = await deliveries.due(transaction, Lane.DIGEST, due_at, limit=99)
    assert sorted(one.subscriber for one in due) == [4, 4, 4, 5, 5, 5, 6, 6, 6]


async def test_the_peer_tells_when_the_watched_were_written_to_and_how_many_a_second() -> None:
    async with peer(people=8, watched=5) as telegram:
        sends = await bare(telegram, FIRST_CHAT + 3, 5)
        assert 0 < sends.busiest_second <= 5
        assert 0 < sends.first_ms / 1000 <= sends.last_s
        again = await bare(telegram, FIRST_CHAT + 3, 2)  # those before do not count again
        assert 0 < again.busiest_second <= 2


@pytest.mark.parametrize(("values", "found"), [([3.0, 1.0, 2.0], 3.0), ([7.0], 7.0)])
def test_a_percentile_of_few_is_their_worst(values: Sequence[float], found: float) -> None:
    assert percentile(values, 0.99) == found


def test_a_result_is_a_table_or_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    text = table(("way", "ms"), [("ours", "4.10"), ("one row each", "605.00")])
    show({"ours": 4.1}, text, as_json=True)
    show({"ours": 4.1}, text, as_json=False)
    first, *others = capsys.readouterr().out.splitlines()
    assert json.loads(first) == {"ours": 4.1}
    assert others == ["way               ms", "ours            4.10", "one row each  605.00"]
