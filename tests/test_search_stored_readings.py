"""Stored readings: a search over them finds what a search over the texts would, and reads none."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import update
from support.conversation_driver import NOW, ConversationDriver, private_message
from support.shared_resources import gazetteer, reader, topics

from alerts.classification import BulletinClass, read_bulletin
from alerts.stored_readings import current_version, pack_reading
from bot.ingest.reading_refresher import ReadingRefresher
from handlers.services.search import Search
from matching.query.ast import Query, Word
from matching.query.errors import QueryError
from matching.query.evaluator import evaluate, highlight
from matching.query.parser import parse
from matching.reader import Reader, Reading
from matching.steps import Steps
from matching.stored_reading import pack, unpack
from matching.topics.topic import Topic
from storage import schema
from storage.engine.database import Database
from storage.inbound import bulletins, readings
from storage.inbound.bulletins import Bulletin, Kind, Phase, StoredBulletin

_ROOT = Path(__file__).parents[1]
_PAGE_SIZE = 40

EXTRA_QUERIES = (
    "Kyiv",
    "Kherson OR Odesa",
    "Україна",
    "#air_alert",
    "#all_clear OR #missile",
    "#drone Kharkiv",
    "Kharkiv NOT #air_alert",
    "railway -Kherson",
    '"power station"',
    '"the"',
    "область",
    "Poland",
    "from:press",
    "from:blog shelling",
    "(missile OR drone) (Kyiv OR Lviv) NOT museum",
    "nothinglikethis",
    "F-35",
    "вибух",
    "Italia",
    "level>=orange",
    "magnitude>=4.5 depth<=30km",
    "Kharkiv +50km",
    "Rome +300km NOT level=red",
    "within 5 km of Izium",
)


@dataclass(frozen=True)
class LabelledText:
    """Text of a corpus."""

    title: str
    text: str


@cache
def corpus() -> tuple[list[LabelledText], list[str]]:
    """Return the texts of the labelled corpora, and the queries in their labels."""
    texts, queries = [], dict.fromkeys(EXTRA_QUERIES)
    for name in ("understanding", "blind"):
        for line in (_ROOT / "benchmarks" / "data" / f"{name}.jsonl").read_text().splitlines():
            labelled = orjson.loads(line)
            texts.append(LabelledText(labelled["title"], labelled["text"]))
            queries |= dict.fromkeys(labelled.get("queries", ()))
    fixtures = _ROOT / "tests" / "fixtures"
    lines = (fixtures / "topics.txt").read_text().splitlines()
    texts += [LabelledText("", line.split("|")[2]) for line in lines if "|" in line[1:]]
    texts += [LabelledText("", line) for line in (fixtures / "repeats.txt").read_text().split("\n")]
    texts += HOSTILE_TEXTS
    return texts, list(queries)


HOSTILE_TEXTS = [
    LabelledText("", ""),
    LabelledText("Only a title in Kyiv", ""),
    LabelledText("Київ\n", "\nДві\tчастини"),
    LabelledText("ﷺ in Kyiv", "a letter that normalises to several words"),
    LabelledText("Quotes \" and \\ and ',[]", "{} \u0000 \u2028 кінець"),
    LabelledText("👨‍👩‍👧‍👦", "🔴 Kyiv 🟢 Lviv"),
    LabelledText("L'viv", "dell'Ucraina об'єкт F-16 МіГ-31К"),
    LabelledText("Kyiv " * 300, "Одеса " * 300),
]


def parsed_queries() -> Iterator[tuple[str, Query]]:
    for text in corpus()[1]:
        try:
            yield text, parse(text, gazetteer(), topics()).query
        except QueryError:
            continue


class CountingReader(Reader):
    """Reader that counts the readings, and those between two turns of another task."""

    in_a_row = 0
    most_in_a_row = 0
    read_in_all = 0

    def read_in_steps(self, *args: Any, **kwargs: Any) -> Steps[Reading]:
        self.in_a_row += 1
        self.read_in_all += 1
        self.most_in_a_row = max(self.most_in_a_row, self.in_a_row)
        return super().read_in_steps(*args, **kwargs)


def varied_bulletins() -> Iterable[Bulletin]:
    """Return the corpus as bulletins: some with facts that their source declares."""
    declared: list[dict[str, Any]] = [
        {},
        {"source": "Press"},
        {"kind": Kind.ALERT, "phase": Phase.ACTIVE, "hazard": "air_raid", "regions": ("Odesa",)},
        {"phase": Phase.CLEAR, "hazard": "drone", "regions": ("Kyiv Oblast", "Nowhere at all")},
        {"kind": Kind.NEWS, "topics": ("weather", "unknown")},
        {"kind": Kind.ALERT, "regions": ("Ukraine",)},
        {"phase": Phase.WARNING, "level": "orange", "regions": ("Kharkiv Oblast",)},
        {"magnitude": 4.52, "depth_km": 12.0, "latitude": 42.0, "longitude": 12.5},
    ]
    for position, labelled in enumerate(corpus()[0]):
        # A null character cannot be stored in PostgreSQL; sources remove it.
        plain = replace(labelled, text=labelled.text.replace("\u0000", " "))
        bulletin = Bulletin(
            source="blog", key=str(position), title=plain.title, text=plain.text, received_at=NOW
        )
        yield replace(bulletin, **declared[position % len(declared)])


async def store(
    database: Database, new: Iterable[Bulletin], *, with_readings: bool = True
) -> list[StoredBulletin]:
    async with database.write() as transaction:
        stored = await bulletins.add_all(transaction, list(new))
        if with_readings:
            packed = [pack_reading(reader(), b, read_bulletin(reader(), b)) for b in stored]
            await readings.put(transaction, packed)
    return stored


async def search_all(database: Database, query: Query, with_reader: Reader) -> list[int]:
    """Return the ids on all pages."""
    ids: list[int] = []
    before: int | None = None
    for _ in range(200):
        async with database.read() as transaction:
            search = Search(transaction, with_reader, query)
            page = await search.page_before(_PAGE_SIZE, before)
        ids += [bulletin.id for bulletin in page.bulletins]
        before = page.before_id
        if before is None:
            return ids
    raise AssertionError("the pages never end")


async def search_all_backwards(database: Database, query: Query, with_reader: Reader) -> set[int]:
    """Return the ids on all pages from the oldest to the newest."""
    ids: set[int] = set()
    after: int | None = 0
    for _ in range(200):
        async with database.read() as transaction:
            page = await Search(transaction, with_reader, query).page_after(_PAGE_SIZE, after or 0)
        ids |= {bulletin.id for bulletin in page.bulletins}
        after = page.after_id
        if after is None:
            return ids
    raise AssertionError("the pages never end")


def some_bulletin(number: int, text: str = "Elsewhere") -> Bulletin:
    return Bulletin(source="blog", key=str(number), text=text, received_at=NOW)


def test_a_restored_reading_equals_the_reading_of_the_text() -> None:
    for bulletin in varied_bulletins():
        fresh = read_bulletin(reader(), bulletin)
        restored = unpack(pack(fresh), gazetteer()).restore(bulletin.title, bulletin.text)
        for field in fields(Reading):
            if field.name != "tokens":
                assert getattr(restored, field.name) == getattr(fresh, field.name), bulletin
        assert restored.texts == fresh.texts


def test_queries_and_highlights_are_the_same_for_a_stored_reading() -> None:
    """Every third text for every query; no query may depend on a fact that is not stored."""
    queries = list(parsed_queries())
    assert len(queries) > 100
    for bulletin in list(varied_bulletins())[::3]:
        fresh = read_bulletin(reader(), bulletin)
        stored = unpack(pack(fresh), gazetteer())
        restored = stored.restore(bulletin.title, bulletin.text)
        for text, query in queries:
            result = evaluate(query, fresh)
            assert evaluate(query, stored) is result, (text, bulletin)
            if result:
                assert highlight(query, restored) == highlight(query, fresh)


async def test_a_search_over_stored_readings_finds_what_reading_anew_finds(
    database: Database,
) -> None:
    stored = await store(database, varied_bulletins())
    counting_reader = CountingReader(gazetteer(), topics())
    fresh = {bulletin.id: read_bulletin(reader(), bulletin) for bulletin in stored}
    matches = 0
    for text, query in list(parsed_queries())[:60]:
        expected = [id_ for id_ in sorted(fresh, reverse=True) if evaluate(query, fresh[id_])]
        assert await search_all(database, query, counting_reader) == expected, text
        matches += len(expected)
    assert await search_all_backwards(database, Word("kyiv"), counting_reader) == {
        id_ for id_ in fresh if evaluate(Word("kyiv"), fresh[id_])
    }
    assert matches > 200
    assert counting_reader.read_in_all == 0


@pytest.mark.parametrize("damage", ["missing", "older reader", "other form", "garbled"])
async def test_bulletins_without_a_current_reading_are_read_a_few_on_each_page(
    database: Database, damage: str
) -> None:
    """An upgrade leaves bulletins that no search may read all at once, nor leave out."""
    texts = ["Shelling in Kherson", *["Elsewhere"] * 148, "Trains to Kherson"]
    stored = await store(database, [some_bulletin(n, text) for n, text in enumerate(texts)])
    async with database.write() as transaction:
        await transaction.execute(
            {
                "missing": schema.reading.delete(),
                "older reader": update(schema.reading).values(version="old", packed=_empty()),
                "other form": update(schema.reading).values(version="old", packed="[99]"),
                "garbled": update(schema.reading).values(version="old", packed="{"),
            }[damage]
        )
    counting_reader = CountingReader(gazetteer(), topics())

    async def run_other_task() -> None:
        while True:
            counting_reader.in_a_row = 0
            await asyncio.sleep(0)

    other_task = asyncio.create_task(run_other_task())
    async with database.read() as transaction:
        page = await Search(transaction, counting_reader, Word("kherson")).page_before(3)
    other_task.cancel()
    await asyncio.wait({other_task})
    assert [bulletin.id for bulletin in page.bulletins] == [stored[-1].id]
    assert page.before_id is not None
    assert counting_reader.read_in_all <= 101
    assert counting_reader.most_in_a_row <= 2
    matching_ids = await search_all(database, Word("kherson"), counting_reader)
    assert matching_ids == [stored[-1].id, stored[0].id]


def _empty() -> str:
    return pack(reader().read("", ""))


async def test_the_refresher_reads_old_bulletins_once_and_in_small_steps(
    database: Database,
) -> None:
    stored = await store(
        database, [some_bulletin(n, f"Kherson {n}") for n in range(45)], with_readings=False
    )
    await store(database, [some_bulletin(n) for n in range(100, 105)])
    counting_reader = CountingReader(gazetteer(), topics())
    assert counting_reader.version == reader().version
    refresher = ReadingRefresher(database, counting_reader)
    assert await refresher.refresh() == 45
    assert counting_reader.read_in_all == 45
    assert await refresher.refresh() == 0
    counting_reader.read_in_all = 0
    matching_ids = await search_all(database, Word("kherson"), counting_reader)
    assert len(matching_ids) == len(stored)
    assert counting_reader.read_in_all == 0
    await store(database, [some_bulletin(200, "Kherson again")], with_readings=False)
    assert await refresher.refresh() == 1


async def test_a_topic_added_by_the_operator_is_found_in_old_bulletins(database: Database) -> None:
    """The version of a reading covers the operator's topics: they decide what is read."""
    await store(database, [some_bulletin(1, "No bread in the shops"), some_bulletin(2)])
    with_bread = topics().with_topics([Topic("bread", "bread")])
    new_reader = Reader(gazetteer(), with_bread)
    assert current_version(new_reader) != current_version(reader())
    query = parse("#bread", gazetteer(), with_bread).query
    assert len(await search_all(database, query, new_reader)) == 1
    assert await ReadingRefresher(database, new_reader).refresh() == 2
    assert len(await search_all(database, query, new_reader)) == 1


async def test_a_bulletin_deleted_while_it_is_read_again_does_no_harm(database: Database) -> None:
    kept, deleted = await store(database, [some_bulletin(1), some_bulletin(2)])
    reading = read_bulletin(reader(), kept)
    async with database.write() as transaction:
        await transaction.execute(
            schema.bulletin.delete().where(schema.bulletin.c.id == deleted.id)
        )
        await readings.replace(
            transaction, [pack_reading(reader(), b, reading) for b in (kept, deleted)]
        )
        left = (await transaction.execute(schema.reading.select())).all()
    assert [row.bulletin for row in left] == [kept.id]


async def test_what_is_shown_of_a_stored_bulletin_needs_no_reading(sqlite: Database) -> None:
    """Lists, single bulletins, /why by phrase and inline answers read no text."""
    counting_reader = CountingReader(gazetteer(), topics())
    driver = ConversationDriver(sqlite, bulletin_reader=counting_reader)
    await driver.send("/subscribe #air_alert")
    await driver.publish("Air raid alert in Kyiv Oblast", "Take shelter now.")
    await driver.publish("Trains to Kherson are late", "A bridge is closed.")
    listed = await driver.send("/latest")
    assert BulletinClass.ALERT.value in listed.html
    assert "Trains to Kherson" in (await driver.send("/latest Kherson 1")).html
    assert "Missing" in (await driver.send("/why trains to Kherson are late")).html
    assert "Air raid alert" in (await driver.send("/why take shelter now")).html
    assert "Trains" in (await driver.send("Херсон")).html
    (call,) = (await driver.receive(inline_query=inline_query("Kherson"))).immediate_calls
    assert len(getattr(call, "results", ())) == 1
    assert counting_reader.read_in_all == 0


def inline_query(text: str) -> dict[str, Any]:
    person = private_message("")["from"]
    return {"id": "q", "from": person, "query": text, "offset": ""}


def test_the_version_of_the_reader_is_stable_within_a_release() -> None:
    assert reader().version == Reader(gazetteer(), topics()).version
    assert len(current_version(reader())) == 16  # the length of the column
