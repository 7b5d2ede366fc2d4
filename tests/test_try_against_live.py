"""Command /try counts what the real pipeline has sent, for random alerts and news."""

import asyncio
import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.alert_pipeline import STATE_SOURCES, AlertPipeline
from support.conversation_driver import ConversationDriver
from support.telegram_html import parse_html

from matching.index.index import MatchMode
from storage.engine.database import Database
from storage.inbound.incidents import NotificationReason
from storage.migrate import migrate
from storage.values.lanes import Lane

_REGIONS = ("Київська область", "Бучанський район", "Броварський район", "Львівська область")
_NEWS = ("Потяги до Бучі запізнюються", "У Львові відкрили музей", "Football in Lviv")
_QUERIES = (
    "Київська область",
    "Бучанський район",
    "Бучанський район, Броварський район",
    "#air_alert",
    "#all_clear",
    "#all_clear Львівська область",
    "Львівська область -футбол",
    "Football OR #air_alert",
)


@dataclass(frozen=True)
class Event:
    """Bulletin of the random history."""

    kind: str  # "start", "update", "end", "late", "news" or "text"
    place: int  # position in _REGIONS or _NEWS
    minutes: int  # after the event before


events = st.lists(
    st.builds(
        Event,
        st.sampled_from(["start", "start", "update", "end", "late", "news", "text"]),
        st.integers(0, len(_REGIONS) - 1),
        st.integers(1, 4),
    ),
    max_size=14,
)


async def play(
    pipeline: AlertPipeline, number: int, history: list[Event], *, asks_for_ends: bool
) -> tuple[int, int]:
    """Ingest a history. Return the messages of the subscriber, and those with sound.

    The end of an alert counts only if the subscriber asks for all-clears.
    """
    reasons = {None, NotificationReason.OPENED}
    if asks_for_ends:
        reasons.add(NotificationReason.CLOSED)
    count = with_sound = 0
    for position, event in enumerate(history):
        pipeline.now += timedelta(minutes=event.minutes)
        region = _REGIONS[event.place]
        match event.kind:
            case "start":
                views = await pipeline.raise_alert("hook", region)
            case "update":
                views = await pipeline.update_alert("hook", region, text=f"Part {position}")
            case "end":
                views = await pipeline.clear_alert("hook", region)
                if not asks_for_ends:
                    continue  # also where it is over in a part only
            case "late":
                old = pipeline.now - timedelta(hours=1)
                views = await pipeline.raise_alert("hook", region, published_at=old)
            case "text":
                views = await pipeline.publish_text("press", f"Повітряна тривога: {region}")
            case _:
                title = _NEWS[event.place % len(_NEWS)]
                views = await pipeline.publish_text("press", f"{title} {position}")
        sent = [
            view
            for view in views
            if number in view.recipients
            and view.lane in (Lane.ALERT, Lane.NEWS)
            and view.reason in reasons
        ]
        count += bool(sent)
        with_sound += any(number not in view.silent for view in sent)
    return count, with_sound


async def compare(database: Database, query: str, history: list[Event]) -> None:
    """Compare the counts of /try with the messages of the pipeline."""
    driver = ConversationDriver(database, state_sources=tuple(STATE_SOURCES))
    await driver.send("/start")
    number = (await driver.get_subscriber()).number
    pipeline = AlertPipeline(database)
    pipeline.subscribe(number, query, MatchMode.AUDIBLE)
    asks_for_ends = query.startswith("#all_clear")
    count, with_sound = await play(pipeline, number, history, asks_for_ends=asks_for_ends)
    driver.now = pipeline.now
    text = parse_html((await driver.send(f"/try {query}")).html).text
    if not history:
        assert "no reports yet" in text
        return
    shown = re.search(r": (\d+)\n.*sound: (\d+)", text)
    assert (tuple(map(int, shown.groups())) if shown else (0, 0)) == (count, with_sound), text


@cache
def template() -> Path:
    """Return a migrated SQLite file to copy from."""
    path = Path(tempfile.mkdtemp(prefix="tocsin-try-")) / "template.db"

    async def create() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate(database)
        await database.close()

    asyncio.run(create())
    return path


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(_QUERIES), events)
def test_the_counts_are_those_of_the_live_pipeline(query: str, history: list[Event]) -> None:
    empty = template()

    async def run() -> None:
        with tempfile.TemporaryDirectory(prefix="tocsin-try-") as folder:
            path = Path(folder) / "tocsin.db"
            shutil.copy(empty, path)
            database = Database(f"sqlite+aiosqlite:///{path}")
            try:
                await compare(database, query, history)
            finally:
                await database.close()

    asyncio.run(run())


@pytest.mark.parametrize("query", _QUERIES)
async def test_one_history_counts_the_same_in_each_database(database: Database, query: str) -> None:
    kinds = ("start", "update", "start", "news", "end", "late", "text", "start", "end", "news")
    history = [Event(kind, number % len(_REGIONS), 2) for number, kind in enumerate(kinds)]
    await compare(database, query, history)
