"""Warnings that come with an id, as those in the Common Alerting Protocol: each has a life."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from support.alert_pipeline import Alarms, Told, edit, over, ring
from support.cap_alerts import alert, info, referring

from bot.sources.adapters.cap.bulletins import Manner, tell
from bot.sources.adapters.cap.parser import read_answer
from storage.engine.database import Database
from storage.inbound.incidents import Incident, Telling

NOW = datetime(2026, 3, 5, 7, 5, tzinfo=UTC)


class Warnings:
    """A source of warnings, and who hears of them."""

    def __init__(self, alarms: Alarms) -> None:
        self.alarms = alarms
        self._roots: Mapping[str, str] = {}
        alarms.now = NOW

    async def say(self, *bodies: bytes) -> list[Told]:
        read = [one for body in bodies for one in read_answer(body).alerts]
        new, self._roots = tell(read, self._roots, Manner("met", "en", self.alarms.now))
        return await self.alarms.take(*new) if new else []

    async def on(self) -> Incident:
        (incident,) = await self.alarms.open()
        return incident


@pytest.fixture
def met(sqlite: Database) -> Warnings:
    return Warnings(Alarms(sqlite))


@pytest.fixture
def both(database: Database) -> Warnings:
    return Warnings(Alarms(database))


async def test_a_warning_opens_changes_and_ends_as_one_incident(both: Warnings) -> None:
    both.alarms.subscribe(1, "Gdansk")
    both.alarms.subscribe(2, "Krakow")
    assert await both.say(alert(1)) == [ring(1)]
    assert (await both.on()).level == "orange"
    graver = alert(2, type_="Update", references=referring(1), severity="Extreme")
    assert ring(1, telling=Telling.CHANGED) in await both.say(graver)
    assert (await both.on()).level == "red"
    lesser = alert(3, type_="Update", references=referring(2), severity="Moderate")
    assert await both.say(lesser) == [edit(1)]
    await both.alarms.is_sent()
    assert over(1) in await both.say(alert(4, type_="Cancel", references=referring(3)))
    assert await both.alarms.open() == []


async def test_an_end_without_a_place_ends_it(met: Warnings) -> None:
    met.alarms.subscribe(1, "Gdansk")
    await met.say(alert(1))
    await met.alarms.is_sent()
    end = alert(2, type_="Cancel", references=referring(1), infos="<note>x</note>")
    assert over(1) in await met.say(end)


async def test_a_restart_in_the_middle_rings_nobody_again_and_the_end_is_told(
    both: Warnings,
) -> None:
    both.alarms.subscribe(1, "Gdansk")
    await both.say(alert(1))
    await both.alarms.is_sent()
    both.alarms.restart()
    assert await both.say(alert(1)) == []
    assert await both.say(alert(2, type_="Update", references=referring(1))) == []
    assert over(1) in await both.say(alert(3, type_="Cancel", references=referring(2)))


async def test_two_warnings_for_one_place_are_two(met: Warnings) -> None:
    met.alarms.subscribe(1, "Gdansk")
    assert await met.say(alert(1)) == [ring(1)]
    assert await met.say(alert(2, event="Snow", headline="Orange snow warning")) == [ring(1)]
    await met.alarms.is_sent()
    await met.say(alert(3, type_="Cancel", references=referring(1)))
    assert (await met.on()).level == "orange"


async def test_a_warning_for_many_places_is_one_ring_and_one_end_for_who_follows_all(
    met: Warnings,
) -> None:
    met.alarms.subscribe(1, "Poland")
    met.alarms.subscribe(2, "Krakow")
    met.alarms.subscribe(3, "Warsaw")
    areas = info(area="Gdansk") + info(area="Krakow")
    assert await met.say(alert(1, infos=areas)) == [ring(1, 2)]
    await met.alarms.is_sent()
    end = alert(2, type_="Cancel", references=referring(1), infos=areas)
    assert over(1, 2) in await met.say(end)


async def test_places_that_an_update_adds_are_rung(met: Warnings) -> None:
    met.alarms.subscribe(1, "Gdansk")
    met.alarms.subscribe(2, "Krakow")
    await met.say(alert(1))
    more = info(area="Gdansk") + info(area="Krakow")
    told = await met.say(alert(2, type_="Update", references=referring(1), infos=more))
    assert told == [ring(2)]
    await met.on()


async def test_one_that_says_when_it_ends_runs_out_then_without_a_sound(met: Warnings) -> None:
    met.alarms.subscribe(1, "Gdansk")
    await met.say(alert(1, expires="2026-03-05T08:00:00Z"))
    await met.alarms.is_sent()
    assert await met.alarms.wait(minutes=50) == []
    told = await met.alarms.wait(minutes=10)
    assert over(1, silent=(1,)) in told
    assert await met.alarms.open() == []


async def test_a_later_end_counts(met: Warnings) -> None:
    met.alarms.subscribe(1, "Gdansk")
    await met.say(alert(1, expires="2026-03-05T08:00:00Z"))
    await met.say(alert(2, type_="Update", references=referring(1)))
    await met.alarms.wait(hours=1)
    assert (await met.on()).closed_at is None


async def test_a_warning_that_turns_green_is_over(met: Warnings) -> None:
    met.alarms.subscribe(1, "Gdansk")
    await met.say(alert(1, level="3; orange; Severe"))
    await met.alarms.is_sent()
    green = alert(2, type_="Update", references=referring(1), level="1; green; Minor")
    assert over(1) in await met.say(green)


@pytest.mark.parametrize("status", ["Exercise", "Test", "System", "Draft"])
@pytest.mark.parametrize("type_", ["Alert", "Update", "Cancel"])
async def test_an_exercise_neither_rings_nor_touches_what_is_real(
    met: Warnings, status: str, type_: str
) -> None:
    """Case 54 of the catalogue of failures."""
    met.alarms.subscribe(1, "Gdansk")
    await met.say(alert(1))
    real = await met.on()
    drill = alert(2, type_=type_, references=referring(1), status=status, severity="Extreme")
    assert await met.say(drill) == []
    assert await met.on() == real


async def test_an_exercise_that_calls_itself_actual_is_known_by_its_headline(met: Warnings) -> None:
    met.alarms.subscribe(1, "Gdansk")
    (told,) = await met.say(alert(1, headline="Exercise: this is only a test of the alert system"))
    assert told.telling is None
    assert told.silent == {1}
    assert await met.alarms.open() == []


async def test_a_warning_that_had_run_out_before_we_read_it_opens_nothing(met: Warnings) -> None:
    met.alarms.subscribe(1, "Gdansk")
    met.alarms.now += timedelta(days=1)
    assert await met.say(alert(1)) == []
