"""Ingest on PostgreSQL while answers to COMMIT are lost."""

import pytest
from sqlalchemy.exc import DBAPIError
from support.alert_pipeline import AlertPipeline, all_clear_with_edit, push
from support.postgres_proxy import (
    Fault,
    PostgresProxy,
    every_nth,
    faulty_database,
    first_that_writes,
)

from alerts.lifecycle import CLEAR_DELAY
from storage.inbound import sources

pytestmark = pytest.mark.long

ANN, BEN = 1, 2
CLOSING_SECONDS = CLEAR_DELAY.total_seconds() + 10
FAULTS = [Fault.ANSWER_LOST, Fault.COMMIT_LATE]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_news_and_an_alert_with_its_all_clear_are_fanned_out_once(
    postgresql_url: str, fault: Fault
) -> None:
    proxy = PostgresProxy(every_nth(1, fault))
    async with faulty_database(postgresql_url, proxy) as database:
        pipeline = AlertPipeline(database)
        pipeline.subscribe(ANN, "Kyiv")
        pipeline.subscribe(BEN, "Kyiv")
        (news,) = await pipeline.publish_text("press", "Bridge in Kyiv is closed")
        assert news.recipients == {ANN, BEN}
        assert await pipeline.raise_alert("siren", "Kyiv") == [push(ANN, BEN)]
        async with database.read() as transaction:
            state = await sources.get_state(transaction, "siren")
        assert state.cursor == {"at": 0}
        await pipeline.mark_sent()
        await pipeline.clear_alert("siren", "Kyiv")
        assert await pipeline.wait(seconds=CLOSING_SECONDS) == all_clear_with_edit(ANN, BEN)
        assert await pipeline.wait(seconds=CLOSING_SECONDS) == []
    assert proxy.hit


async def test_news_whose_commit_was_lost_is_not_taken_for_a_duplicate_of_itself(
    postgresql_url: str,
) -> None:
    proxy = PostgresProxy()
    async with faulty_database(postgresql_url, proxy) as database:
        pipeline = AlertPipeline(database)
        pipeline.subscribe(ANN, "Kyiv")
        proxy.inject(first_that_writes("bulletin", fault=Fault.COMMIT_LOST))
        with pytest.raises(DBAPIError, match="connection"):
            await pipeline.publish_text("press", "Bridge in Kyiv is closed")
        (news,) = await pipeline.publish_text("press", "Bridge in Kyiv is closed")
        assert news.recipients == {ANN}
