"""Benchmarks: the methods that they compare do the same work, and their output is readable."""

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from benchmarks import fanout
from benchmarks.clients import send_with_aiohttp
from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers
from benchmarks.report import format_table, percentile, print_result
from benchmarks.standin_process import run_standin
from storage import schema
from storage.engine.database import Database
from storage.outbox import backlog, broadcasts, deliveries
from storage.values.lanes import Lane


async def test_both_fanout_methods_enqueue_for_all_recipients(database: Database) -> None:
    await add_subscribers(database, 30)
    bitmap = await fanout.measure("one row", database, fanout.enqueue_broadcast, 10, repetitions=2)
    rows = await fanout.measure("rows", database, fanout.enqueue_rows, 10, repetitions=2)
    async with database.read() as transaction:
        unfinished = await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=9)
        count = select(func.count()).select_from(schema.delivery)
        assert (await transaction.execute(count)).scalar_one() == 20
    assert [len(broadcast.recipients) for broadcast in unfinished] == [10, 10]
    assert bitmap.written_kb > 0
    assert rows.median_ms > 0


async def test_queued_digests_are_due_and_spread_over_the_subscribers(sqlite: Database) -> None:
    await add_subscribers(sqlite, 6)
    await add_digests(sqlite, 9, first=4, last=6)
    async with sqlite.read() as transaction:
        due_at = (await backlog.read(transaction))[Lane.DIGEST].due_at
        assert due_at is not None
        due = await deliveries.list_due(transaction, Lane.DIGEST, due_at, limit=99)
    assert sorted(delivery.subscriber for delivery in due) == [4, 4, 4, 5, 5, 5, 6, 6, 6]


async def test_the_standin_process_reports_arrival_times_and_rates() -> None:
    async with run_standin(chats=8, watched=5) as standin:
        first = await send_with_aiohttp(standin, FIRST_CHAT + 3, 5)
        assert 0 < first.busiest_second <= 5
        assert 0 < first.first_ms / 1000 <= first.last_s
        second = await send_with_aiohttp(standin, FIRST_CHAT + 3, 2)  # counts from zero again
        assert 0 < second.busiest_second <= 2


@pytest.mark.parametrize(("values", "highest"), [([3.0, 1.0, 2.0], 3.0), ([7.0], 7.0)])
def test_a_high_percentile_of_few_values_is_the_highest(
    values: Sequence[float], highest: float
) -> None:
    assert percentile(values, 0.99) == highest


def test_a_result_is_printed_as_a_table_or_as_one_object(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = format_table(("method", "ms"), [("bitmap", "4.10"), ("a row each", "605.00")])
    print_result({"bitmap": 4.1}, text, as_json=True)
    print_result({"bitmap": 4.1}, text, as_json=False)
    first, *table = capsys.readouterr().out.splitlines()
    assert json.loads(first) == {"bitmap": 4.1}
    assert table == ["method          ms", "bitmap        4.10", "a row each  605.00"]
