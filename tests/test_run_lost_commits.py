"""End to end on PostgreSQL: answers to COMMIT are lost, one for each kind of transaction."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.installation import Installation
from support.postgres_proxy import Fault, PostgresProxy, nth_of_each_kind

from bot.standin.person import Person
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin, Kind, Phase

pytestmark = pytest.mark.long

PEOPLE = 20


class Sender:
    """Publisher of bulletins, over a connection without faults."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(self, key: str, **fields: object) -> None:
        now = datetime.now(UTC)
        bulletin = Bulletin(source="press", key=key, received_at=now, **fields)  # type: ignore[arg-type]
        async with self._database.write() as transaction:
            await ingest_queue.enqueue(transaction, [bulletin], now)

    async def publish_alert(self, phase: Phase) -> None:
        await self.publish(
            f"alert-{phase.value}",
            title="Sirens in Odesa",
            kind=Kind.ALERT,
            phase=phase,
            hazard="air_raid",
            regions=("Odesa Oblast",),
        )


def copies(persons: Sequence[Person], phrase: str) -> Counter[int]:
    """Count people by their number of messages from the bot with a phrase."""
    return Counter(
        sum(m.from_bot and phrase in m.text for m in person.chat.messages) for person in persons
    )


async def wait_for_all(persons: Sequence[Person], phrase: str) -> None:
    """Wait until every person has a message of the bot with a phrase."""
    for person in persons:
        await person.chat.wait(lambda ms: any(m.from_bot and phrase in m.text for m in ms))


@pytest.mark.parametrize("number", [1, 2])
async def test_everybody_gets_everything_once_when_answers_to_commits_are_lost(
    postgresql_url: str, tmp_path: Path, number: int
) -> None:
    proxy = PostgresProxy(nth_of_each_kind(number, Fault.ANSWER_LOST))
    database = Database(postgresql_url)
    async with Standin() as standin, proxy.forward_to(postgresql_url) as proxied_url:
        installation = Installation(tmp_path, standin)
        config = installation.config.read_text()
        sqlite_url = f"sqlite+aiosqlite:///{tmp_path / 'tocsin.db'}"
        installation.config.write_text(config.replace(sqlite_url, proxied_url))
        persons = [standin.people.person(f"P{n}") for n in range(PEOPLE)]
        sender = Sender(database)
        async with installation.running():
            for text, phrase in (("/help", "/subscribe"), ("/subscribe Odesa", "You will hear")):
                await asyncio.gather(*(person.send(text) for person in persons))
                await wait_for_all(persons, phrase)
            await sender.publish("news", title="Bridge in Odesa is closed")
            await wait_for_all(persons, "Bridge in Odesa")
            await sender.publish_alert(Phase.ACTIVE)
            await wait_for_all(persons, "Air raid alert")
            await sender.publish_alert(Phase.CLEAR)
            await wait_for_all(persons, "All clear")
            await asyncio.sleep(2.0)  # long enough for a wrong copy to arrive
    await database.close()
    for phrase in ("You will hear", "Bridge in Odesa", "All clear"):
        assert copies(persons, phrase) == {1: PEOPLE}
    commands, answers, bulletins = 2, 2, 3
    assert {len(person.chat.messages) for person in persons} == {commands + answers + bulletins}
    written = frozenset[str]().union(*proxy.hit)
    assert written >= {"inbox", "subscription", "delivery", "progress", "broadcast"}
