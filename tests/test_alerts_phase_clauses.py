"""One bulletin that raises an alert for some places and ends one for others: each has its own."""

import pytest
from support.alert_pipeline import AlertPipeline
from support.indexes import indexes_of
from support.shared_resources import gazetteer, reader, topics

from matching.index.index import Index
from matching.query.ast import Query
from matching.query.evaluator import evaluate
from matching.query.parser import parse
from matching.stored_reading import pack, unpack
from storage.engine.database import Database
from storage.inbound.incidents import NotificationReason

GAZETTEER, TOPICS, READER = gazetteer(), topics(), reader()
POLTAVA, RIVNE = "Полтава", "Рівне"

# Language: an alarm in Poltava and an all-clear in Rivne, the place last and first; conjunctions.
CLAUSES = {
    "uk": [
        ("тривога в Полтаві", "відбій у Рівному"),
        ("у Полтаві повітряна тривога", "у Рівному відбій тривоги"),
        ("Полтава — тривога", "у Рівному — відбій"),
    ],
    "ru": [
        ("тревога в Полтаве", "отбой в Ровно"),
        ("в Полтаве объявлена воздушная тревога", "в Ровно отбой тревоги"),
        ("Полтава: тревога", "в Ровно: отбой"),
    ],
    "en": [
        ("air alert in Poltava", "all clear in Rivne"),
        ("in Poltava an air raid alert was declared", "Rivne has the all clear"),
        ("Poltava: air alert", "Rivne: all clear"),
    ],
    "it": [
        ("allarme aereo a Poltava", "cessato allarme a Rivne"),
        ("a Poltava allarme aereo", "a Rivne l'allarme è rientrato"),
        ("Poltava: allarme aereo", "Rivne: cessato allarme"),
    ],
}
SEPARATORS = [
    *(", ", "; ", " — ", " – ", " - ", " / ", "/", "\n", ". ", " | ", "\n• ", " • ", " ⚡️ "),
    *(" 🔵 ", "! ", "… ", " (", "\n\n", ",\n"),
]
CONJUNCTIONS = {
    "uk": [" а ", ", а ", " і ", ", тим часом ", " тим часом ", ", натомість ", ". Водночас "],
    "ru": [" а ", ", а ", " и ", ", тем временем ", " тем временем ", ", зато ", ", при этом "],
    "en": [" while ", ", while ", " and ", ", but ", "; meanwhile, ", " whereas "],
    "it": [" mentre ", ", mentre ", " e ", ", ma ", ", invece ", " intanto "],
}


PAIRS = [(language, *pair) for language, pairs in CLAUSES.items() for pair in pairs]


def query(text: str) -> Query:
    return parse(text, GAZETTEER, TOPICS).query


QUERIES = {
    query(text): expected
    for text, expected in {
        f"#air_alert {POLTAVA}": True,
        f"#all_clear {RIVNE}": True,
        f"#air_alert {RIVNE}": False,
        f"#all_clear {POLTAVA}": False,
        f"{POLTAVA} NOT #all_clear": True,
        f"{RIVNE} NOT #air_alert": True,
        f"{RIVNE} NOT #all_clear": False,
        f"{POLTAVA} NOT #air_alert": False,
        f"{POLTAVA} AND {RIVNE}": True,
        "#air_alert": True,
        "#all_clear": True,
    }.items()
}


@pytest.fixture(scope="module")
def indexes() -> tuple[Index, Index]:
    return indexes_of(QUERIES)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("language", "raised", "cleared"), PAIRS)
def test_each_clause_decides_for_the_places_it_names(
    language: str, raised: str, cleared: str, order: int, indexes: tuple[Index, Index]
) -> None:
    first, second = (raised, cleared)[::order]
    expected = [number for number, wanted in enumerate(QUERIES.values()) if wanted]
    for separator in (*SEPARATORS, *CONJUNCTIONS[language]):
        text = f"{first[0].upper()}{first[1:]}{separator}{second}"
        reading = READER.read("", text)
        stored = unpack(pack(reading), GAZETTEER)
        for matched in (reading, stored):
            assert {asked: evaluate(asked, matched) for asked in QUERIES} == QUERIES, text
        for index in indexes:
            assert list(index.match(reading).push) == expected, text


@pytest.mark.parametrize(
    ("text", "raised", "cleared"),
    [
        ("Полтава, Суми — тривога; Львів, Луцьк — відбій", "Poltava Sumy", "Lviv Lutsk"),
        ("Тривога: Полтава, Суми, відбій: Львів, Луцьк", "Poltava Sumy", "Lviv Lutsk"),
        ("Тривога:\nПолтава\nХарків\nВідбій:\nЛьвів\nЛуцьк", "Poltava Kharkiv", "Lviv Lutsk"),
        ("Полтава\nХарків\nтривога\nЛьвів\nЛуцьк\nвідбій", "Poltava Kharkiv", "Lviv Lutsk"),
        ("🔴 Київ тривога / 🟢 Суми відбій", "Kyiv", "Sumy"),
        ("В Полтаве, Сумах тревога, в Измаиле, Луцке отбой", "Poltava Sumy", "Izmail Lutsk"),
        ("Тривога по всій Україні, відбій у Луцьку", "Ukraine", "Lutsk"),
        ("Відбій по всій Україні, тривога лише в Полтаві", "Poltava", "Ukraine"),
        ("Тривога в Києві, а в області відбій", "Kyiv", ""),
        ("Відбій у Луцьку, Полтава — ще тривога", "", "Lutsk"),
        ("Відбій у Луцьку, у Полтаві тривога триває", "", "Lutsk"),
        ("All clear in Lutsk, the alert in Poltava remains", "", "Lutsk"),
        ("Тривога в Полтаві, в Полтаві відбій о шостій", "Poltava", "Poltava"),
        ("Тривогу в Луцьку оголошено о 5:00, відбій о 6:00", "", "Lutsk"),
    ],
)
def test_lists_and_headings_belong_to_the_nearest_statement(
    text: str, raised: str, cleared: str
) -> None:
    reading = READER.read("", text)
    regions = {
        "raised": {GAZETTEER.region(code).names["en"] for code in reading.alert_regions},
        "cleared": {GAZETTEER.region(code).names["en"] for code in reading.all_clear_regions},
    }
    assert regions == {"raised": set(raised.split()), "cleared": set(cleared.split())}


MIXED = [
    "Тривога в Полтаві, відбій у Рівному.",
    "Відбій у Рівному / тривога в Полтаві",
    "В Ровно отбой, тем временем в Полтаве тревога",
    "All clear in Rivne while air alert in Poltava",
    "A Poltava allarme aereo mentre a Rivne cessato allarme",
    "🟢 Рівне: відбій тривоги\n🔴 Полтава: повітряна тривога",
]


@pytest.mark.parametrize("text", MIXED)
async def test_the_alert_is_raised_for_its_place_and_ends_for_the_other_only(
    database: Database, text: str
) -> None:
    pipeline = AlertPipeline(database)
    for number, asked in enumerate(
        (POLTAVA, RIVNE, f"#air_alert {RIVNE}", f"#all_clear {POLTAVA}"), start=1
    ):
        pipeline.subscribe(number, asked)
    await pipeline.publish_text("channel", "Рівне: повітряна тривога")
    await pipeline.mark_sent()
    await pipeline.wait(minutes=1)
    views = await pipeline.publish_text("channel", text)
    (incident,) = await pipeline.open_incidents()
    assert GAZETTEER.region(incident.region).names["en"] == "Poltava"
    opened, closed = NotificationReason.OPENED, NotificationReason.CLOSED
    assert {(view.reason, view.recipients) for view in views if view.reason} == {
        (opened, frozenset((1,))),
        (closed, frozenset((2, 3))),
    }


async def test_an_all_clear_for_an_oblast_leaves_the_alert_of_a_city_that_it_names(
    sqlite: Database,
) -> None:
    """Also when the alarm of the city stands after the all-clear of the region around it."""
    pipeline = AlertPipeline(sqlite)
    pipeline.subscribe(1, POLTAVA)
    pipeline.subscribe(2, "Кременчук")
    for text in ("Полтава: повітряна тривога", "Кременчук: повітряна тривога"):
        await pipeline.publish_text("channel", text)
    await pipeline.mark_sent()
    await pipeline.wait(minutes=1)
    text = "Відбій у Полтавській області, у Полтаві тривога"
    views = await pipeline.publish_text("channel", text)
    (incident,) = await pipeline.open_incidents()
    assert GAZETTEER.region(incident.region).names["en"] == "Poltava"
    assert {
        recipient
        for view in views
        if view.reason is NotificationReason.CLOSED
        for recipient in view.recipients
    } == {2}
