"""State diff: changes between the states of Ukraine's alert services."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.http_origin import origin, page, status
from support.source_payloads import payload
from support.source_server_driver import SourceDriver

from bot.sources.adapters.ukraine.alerts_in_ua import AlertsInUaSettings, parse_answer
from bot.sources.adapters.ukraine.siren import SirenSettings
from bot.sources.adapters.ukraine.state_source import can_skip, message_batch, poll_batch
from bot.sources.adapters.ukraine.ukrainealarm import UkraineAlarmSettings
from bot.sources.adapters.ukraine.ukrainealarm_parser import parse_alerts
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.core.errors import Refused, SourceError, Unusable
from bot.sources.core.source import Batch
from bot.sources.core.state_diff import Alert, Snapshot, diff, from_json, merge_alerts, to_json
from bot.sources.http.client import HttpClient, SourceSession, open_session
from storage.inbound.bulletins import Bulletin, Kind, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
STARTED_AT = datetime(2026, 3, 5, 7, 54, 7, tzinfo=UTC)
BAKHMUT = Alert("54", "Бахмутський район", "air_raid", level="yellow", since=STARTED_AT)


def phases(
    before: Sequence[Alert], after: Sequence[Alert], *, is_complete: bool = True
) -> list[str]:
    _, changes = diff(merge_alerts(before), Snapshot(merge_alerts(after), is_complete))
    return [f"{change.phase} {change.alert.id}" for change in changes]


def test_an_alert_that_appears_is_active() -> None:
    assert phases([], [BAKHMUT]) == ["active 54:air_raid"]


def test_an_alert_that_disappears_is_clear() -> None:
    assert phases([BAKHMUT], []) == ["clear 54:air_raid"]


def test_an_alert_with_other_remarks_is_unchanged() -> None:
    assert phases([BAKHMUT], [replace(BAKHMUT, remarks=("x",), changed_at=NOW)]) == []


@pytest.mark.parametrize("change", [{"level": "red"}, {"level": None}, {"threats": ("ракети",)}])
def test_another_level_or_threat_is_an_update(change: dict[str, Any]) -> None:
    assert phases([BAKHMUT], [replace(BAKHMUT, **change)]) == ["update 54:air_raid"]


def test_two_hazards_of_a_region_are_two_alerts() -> None:
    shelling = replace(BAKHMUT, hazard="artillery_shelling")

    assert phases([BAKHMUT], [BAKHMUT, shelling]) == ["active 54:artillery_shelling"]
    assert phases([BAKHMUT, shelling], [BAKHMUT]) == ["clear 54:artillery_shelling"]


def test_an_alert_missing_from_an_incomplete_state_stays_active() -> None:
    state, changes = diff(merge_alerts([BAKHMUT]), Snapshot({}, is_complete=False))

    assert (list(state), changes) == (["54:air_raid"], ())


def test_an_alert_keeps_its_first_start_time() -> None:
    moved = merge_alerts([replace(BAKHMUT, since=NOW)])
    state, _ = diff(merge_alerts([BAKHMUT]), Snapshot(moved, is_complete=True))

    assert state["54:air_raid"].since == STARTED_AT


def test_two_records_of_an_alert_merge_to_the_higher_level_and_the_earlier_start() -> None:
    merged = merge_alerts([replace(BAKHMUT, since=NOW), replace(BAKHMUT, level="red")])

    assert [(alert.level, alert.since) for alert in merged.values()] == [("red", STARTED_AT)]


@pytest.mark.parametrize(
    ("gap", "published"),
    [(timedelta(seconds=45), []), (timedelta(minutes=5), [(Phase.ACTIVE, STARTED_AT)])],
)
def test_after_a_gap_active_alerts_are_published_again(
    gap: timedelta, published: list[tuple[Phase, datetime | None]]
) -> None:
    """The alert before the gap may have ended, and this may be another one."""
    snapshot = Snapshot(merge_alerts([BAKHMUT]), is_complete=True)
    first = poll_batch("siren", None, snapshot, {}, NOW)
    later = poll_batch("siren", first.cursor, snapshot, {}, NOW + gap)
    assert [(item.phase, item.published_at) for item in later.bulletins] == published
    assert can_skip(first.cursor, NOW + gap) is (not published)
    assert can_skip(later.cursor, NOW + gap)


@pytest.mark.parametrize("hazard", ["air_raid", "unknown", "custom"])
def test_a_region_that_is_new_after_a_gap_has_the_services_start_time(hazard: str) -> None:
    """An alert too old to be pushed must not be shown as just begun."""
    first = poll_batch("siren", None, Snapshot(merge_alerts([BAKHMUT]), is_complete=True), {}, NOW)
    now = NOW + timedelta(minutes=30)
    kyiv = Alert("31", "м. Київ", hazard, since=now - timedelta(minutes=20))
    snapshot = Snapshot(merge_alerts([BAKHMUT, kyiv]), is_complete=True)
    later = poll_batch("siren", first.cursor, snapshot, {}, now)
    assert [(item.regions[0], item.published_at) for item in later.bulletins] == [
        (BAKHMUT.uid, BAKHMUT.since),
        ("31", kyiv.since),
    ]


@pytest.mark.parametrize("minutes", [1, 10, 120, 180])
def test_a_start_in_the_future_becomes_the_time_of_the_poll(minutes: int) -> None:
    """A clock may be ahead; Kyiv's local time without a zone is two or three hours ahead."""
    ahead = NOW + timedelta(minutes=minutes)
    kyiv = Alert("31", "м. Київ", "air_raid", since=ahead, changed_at=ahead)
    first = poll_batch("siren", None, Snapshot({}, is_complete=True), {}, NOW)
    later = poll_batch(
        "siren", first.cursor, Snapshot(merge_alerts([kyiv]), is_complete=True), {}, NOW
    )
    message = message_batch("siren", first.cursor, {}, merge_alerts([kyiv]), NOW)
    for batch in (later, message):
        assert [item.published_at for item in batch.bulletins] == [NOW]
        assert batch.state
        assert [(a.since, a.changed_at) for a in batch.state.values()] == [(NOW, NOW)]


@pytest.mark.parametrize("year", [1, 1601, 1899])
def test_a_zero_time_is_no_start(year: int) -> None:
    """The alert was "on since 1 Jan 1", and too old to ring."""
    zero = datetime(year, 1, 1, tzinfo=UTC)
    kyiv = Alert("31", "м. Київ", "air_raid", since=zero, changed_at=zero)
    first = poll_batch("siren", None, Snapshot({}, is_complete=True), {}, NOW)
    later = poll_batch(
        "siren", first.cursor, Snapshot(merge_alerts([kyiv]), is_complete=True), {}, NOW
    )
    message = message_batch("siren", first.cursor, {}, merge_alerts([kyiv]), NOW)
    for batch in (later, message):
        assert [item.published_at for item in batch.bulletins] == [None]


def test_an_empty_state_counts_as_a_good_poll_only_when_it_is_confirmed() -> None:
    """After an outage it neither says that the alert is still on, nor hides that there was one."""
    bakhmut = Snapshot(merge_alerts([BAKHMUT]), is_complete=True)
    empty = Snapshot({}, is_complete=True)
    first = poll_batch("siren", None, bakhmut, {}, NOW)
    doubted = poll_batch("siren", first.cursor, empty, {}, NOW + timedelta(minutes=5))
    assert (doubted.is_unconfirmed, doubted.bulletins) == (True, ())
    again = poll_batch("siren", doubted.cursor, bakhmut, {}, NOW + timedelta(minutes=5, seconds=15))
    assert [(item.phase, again.is_unconfirmed) for item in again.bulletins] == [
        (Phase.ACTIVE, False)
    ]
    ended = poll_batch("siren", doubted.cursor, empty, {}, NOW + timedelta(minutes=5, seconds=15))
    assert [(item.phase, ended.is_unconfirmed) for item in ended.bulletins] == [
        (Phase.CLEAR, False)
    ]


def test_an_alert_that_started_in_a_gap_has_its_start_time() -> None:
    first = poll_batch("siren", None, Snapshot(merge_alerts([BAKHMUT]), is_complete=True), {}, NOW)
    restarted = replace(BAKHMUT, since=NOW + timedelta(minutes=3))
    later = poll_batch(
        "siren",
        first.cursor,
        Snapshot(merge_alerts([restarted]), is_complete=True),
        {},
        NOW + timedelta(minutes=5),
    )
    assert [item.published_at for item in later.bulletins] == [restarted.since]


def test_a_state_survives_storage() -> None:
    full = replace(BAKHMUT, threats=("ракети",), remarks=("x",), within="y", changed_at=NOW)
    bare = Alert("31", "м. Київ", "air_raid")

    assert from_json(json.loads(json.dumps(to_json(merge_alerts([full, bare]))))) == merge_alerts(
        [full, bare]
    )


@dataclass
class StateSourceDriver(SourceDriver):
    """Driver of a source that lists active alerts, with its server."""

    session: SourceSession
    now: datetime = NOW

    async def poll_state(self, state: object) -> tuple[Bulletin, ...]:
        """Return the bulletins of a poll with that state."""
        return await self.poll_answer(json.dumps(state).encode(), "application/json")

    async def poll(self) -> Batch:
        self.now += timedelta(seconds=20)
        return await super().poll()


@pytest.fixture
async def driver() -> AsyncIterator[StateSourceDriver]:
    async with origin() as server, open_session() as session:
        drivers: list[StateSourceDriver] = []

        def clock() -> datetime:
            return drivers[0].now

        settings = SirenSettings(kind="siren", name="air", url=server.url)
        drivers.append(
            StateSourceDriver(
                server, settings.build_source(HttpClient(session, clock), clock), session
            )
        )
        yield drivers[0]


def region(uid: str, name: str, *alerts: dict[str, Any], kind: str = "District") -> dict[str, Any]:
    return {
        "regionId": uid,
        "regionType": kind,
        "regionName": name,
        "lastUpdate": "2026-03-05T07:55:00Z",
        "activeAlerts": list(alerts),
    }


def active_alert(uid: str, level: str | None = "Red", kind: str = "AIR") -> dict[str, Any]:
    levels = [{"alertLevel": level, "reason": None, "createdAt": "2026-03-05T07:59:00Z"}]
    return {
        "regionId": uid,
        "type": kind,
        "lastUpdate": "2026-03-05T07:54:07Z",
        "activeAlertLevels": levels if level else None,
    }


LUHANSK = region("16", "Луганська область", active_alert("16"), kind="State")
KYIV = region("31", "м. Київ", active_alert("31"), kind="State")
RAION = region("54", "Бахмутський район", active_alert("54", "Yellow"))


async def test_an_alert_is_published_from_its_start_to_its_end(driver: StateSourceDriver) -> None:
    await driver.poll_state([LUHANSK])

    (active,) = await driver.poll_state([LUHANSK, RAION])
    red = region("54", "Бахмутський район", active_alert("54", "Red"))
    (update,) = await driver.poll_state([LUHANSK, red])
    (clear,) = await driver.poll_state([LUHANSK])

    assert active == Bulletin(
        source="air",
        key=active.key,
        title="Повітряна тривога: Бахмутський район",
        text="Рівень: жовтий.",
        lang="uk",
        kind=Kind.ALERT,
        phase=Phase.ACTIVE,
        level="yellow",
        hazard="air_raid",
        regions=("54", "Бахмутський район"),
        topics=("air_alert",),
        published_at=STARTED_AT,
        received_at=driver.now - timedelta(seconds=40),
    )
    assert (update.phase, update.level) == (Phase.UPDATE, "red")
    assert update.published_at == datetime(2026, 3, 5, 7, 59, tzinfo=UTC)
    assert (clear.phase, clear.published_at) == (Phase.CLEAR, None)
    assert clear.title == "Відбій повітряної тривоги: Бахмутський район"
    assert clear.topics == ("air_alert", "all_clear")


async def test_every_bulletin_of_an_alert_has_its_own_key(driver: StateSourceDriver) -> None:
    """A level comes back, and so does an alert that was missing in one poll."""
    red = region("54", "Бахмутський район", active_alert("54", "Red"))
    published = [
        item.key
        for state in ([LUHANSK], [LUHANSK, RAION], [LUHANSK, red], [LUHANSK, RAION]) * 3
        for item in await driver.poll_state(state)
    ]

    assert len(published) == len(set(published)) == 12


async def test_permanent_alerts_are_not_published(driver: StateSourceDriver) -> None:
    await driver.poll_state([KYIV])

    assert await driver.poll_state([KYIV, LUHANSK]) == ()
    assert await driver.poll_state([KYIV]) == ()


async def test_an_empty_state_must_be_seen_twice(driver: StateSourceDriver) -> None:
    """Services that have lost their state answer so."""
    await driver.poll_state([LUHANSK, RAION])

    with capture_logs() as logs:
        assert await driver.poll_state([]) == ()
    assert [log["event"] for log in logs] == ["empty_state_unconfirmed"]
    assert [item.phase for item in await driver.poll_state([])] == [Phase.CLEAR]


async def test_an_empty_state_that_is_not_confirmed_changes_nothing(
    driver: StateSourceDriver,
) -> None:
    await driver.poll_state([LUHANSK, RAION])
    await driver.poll_state([])

    assert await driver.poll_state([LUHANSK, RAION]) == ()


@pytest.mark.parametrize(
    "answer",
    [
        status(500),
        status(429),
        status(304),
        page(b""),
        page(b"null"),
        page(b'{"message": "no"}'),
        page(b'[{"regionId": "54"'),
        page(b"[5, null]"),
        page(b'[{"regionId": "54", "activeAlerts": "?"}]'),
        page(b'[{"activeAlerts": [{"regionId": null, "type": "AIR"}]}]'),
        page(b"<html>maintenance</html>", "text/html"),
    ],
)
async def test_a_bad_poll_is_never_an_all_clear(driver: StateSourceDriver, answer: Any) -> None:
    """A failed poll says nothing about the state of an alert."""
    await driver.poll_state([LUHANSK, RAION])
    driver.origin.answer = answer
    before = driver.cursor

    with pytest.raises(SourceError):
        await driver.poll()

    assert driver.cursor == before
    assert await driver.poll_state([LUHANSK, RAION]) == ()


async def test_an_unreadable_record_ends_no_alert(driver: StateSourceDriver) -> None:
    await driver.poll_state([LUHANSK, RAION, KYIV])

    with capture_logs():
        assert await driver.poll_state([LUHANSK, region("54", "x", {"regionId": None}), KYIV]) == ()
        active = await driver.poll_state(
            [LUHANSK, {"activeAlerts": 5}, region("39", "y", active_alert("39"))]
        )
    assert [item.phase for item in active] == [Phase.ACTIVE]
    clear = await driver.poll_state([LUHANSK, RAION])
    assert [item.regions for item in clear] == [("31", "м. Київ"), ("39", "y")]


async def test_an_unchanged_status_skips_most_full_reads(
    driver: StateSourceDriver,
) -> None:
    driver.origin.status_numbers = repeat(7)
    await driver.poll_state([LUHANSK])

    assert await driver.poll_state([LUHANSK, RAION]) == ()
    assert len(driver.origin.requests) == 1
    driver.now += timedelta(minutes=5)
    assert len((await driver.poll()).bulletins) == 1
    assert len(driver.origin.status_requests) == 3


async def test_an_oblast_alert_listed_under_a_raion_belongs_to_the_oblast(
    driver: StateSourceDriver,
) -> None:
    await driver.poll_state([LUHANSK])
    raion = region("54", "Бахмутський район", active_alert("28"))

    (active,) = await driver.poll_state([LUHANSK, raion])
    oblast = region("28", "Донецька область", active_alert("28"), kind="State")

    assert active.regions == ("28", "Донецька область")
    assert await driver.poll_state([LUHANSK, raion, oblast]) == ()
    assert [item.regions for item in await driver.poll_state([LUHANSK])] == [
        ("28", "Донецька область")
    ]


def parse_state(*regions: object) -> dict[str, Alert]:
    return dict(parse_alerts(json.dumps(regions).encode(), AnomalyLog("air")).state)


def test_the_test_region_and_notices_are_no_alerts() -> None:
    """Region 0 is for tests, and type INFO marks a notice."""
    assert list(parse_state(region("0", "Тестовий регіон", active_alert("0")), KYIV)) == [
        "31:air_raid"
    ]
    assert parse_state(region("31", "м. Київ", active_alert("31", kind="INFO"))) == {}


def test_kyiv_and_kyiv_oblast_are_different_regions() -> None:
    oblast = region("14", "Київська область", active_alert("14"), kind="State")

    assert sorted(alert.region for alert in parse_state(KYIV, oblast).values()) == [
        "Київська область",
        "м. Київ",
    ]


def test_crimea_has_the_same_number_at_all_services() -> None:
    crimea = region("9999", "АР Крим", active_alert("9999"), kind="State")

    assert list(parse_state(crimea)) == ["29:air_raid"]


@pytest.mark.parametrize("kind", ["ARTILLERY", "URBAN_FIGHTS", "CHEMICAL"])
def test_a_level_without_a_reason_means_nothing_outside_of_air_alerts(kind: str) -> None:
    by_default = active_alert("31", "Red", kind)
    stated = active_alert("31", "Yellow", kind)
    stated["activeAlertLevels"][0]["reason"] = "Жовтий рівень"

    for alert, level in ((by_default, None), (stated, "yellow")):
        (parsed,) = parse_state(region("31", "м. Київ", alert)).values()
        assert parsed.level == level


@pytest.mark.parametrize(
    ("levels", "level"),
    [(["Yellow"], "yellow"), (["Yellow", "Red"], "red"), ([], "red"), (["Violet"], "violet")],
)
def test_the_highest_level_counts_and_an_air_alert_without_any_is_red(
    levels: list[str], level: str
) -> None:
    alert = active_alert("31") | {"activeAlertLevels": [{"alertLevel": name} for name in levels]}

    with capture_logs():
        assert parse_state(region("31", "м. Київ", alert))["31:air_raid"].level == level


async def test_many_401_mean_a_wrong_token_and_a_few_mean_the_rate_limit() -> None:
    async with origin() as server, open_session() as session:
        source = UkraineAlarmSettings(
            kind="ukrainealarm", name="air", url=server.url, token=SecretStr("s3cret")
        ).build_source(HttpClient(session, lambda: NOW), lambda: NOW)
        server.answer = status(401)
        errors = []
        for _ in range(15):
            with pytest.raises(Refused) as refused:
                await source.fetch(None)
            errors.append((str(refused.value), refused.value.retry_after))

    assert errors[:14] == [("answered 401", timedelta(minutes=1))] * 14
    assert errors[14] == ("answered 401 many times in a row: check the token", None)
    assert {headers["Authorization"] for headers in server.requests} == {"s3cret"}


def parse_alerts_in_ua(**changes: object) -> dict[str, Alert]:
    listed = json.loads(payload("alerts_in_ua", "after"))
    listed["alerts"][0] |= changes
    return dict(parse_answer(json.dumps(listed).encode(), AnomalyLog("air"))[0].state)


def test_a_record_of_alerts_in_ua_is_read() -> None:
    state = parse_alerts_in_ua(notes="Слідкуйте за повідомленнями.")

    assert state["54:air_raid"] == Alert(
        uid="54",
        region="Бахмутський район",
        hazard="air_raid",
        level="red",
        threats=("зліт МіГ-31К",),
        topics=("missile", "aviation"),
        remarks=("Слідкуйте за повідомленнями.",),
        since=STARTED_AT,
        changed_at=datetime(2026, 3, 5, 7, 54, 9, 412000, tzinfo=UTC),
    )
    assert state["1293:artillery_shelling"].within == "Харківський район"


@pytest.mark.parametrize("field", ["finished_at", "deleted_at"])
def test_a_finished_or_deleted_alert_is_not_active(field: str) -> None:
    assert "54:air_raid" not in parse_alerts_in_ua(**{field: "2026-03-05T07:59:00.000Z"})


def test_both_services_have_the_same_id_for_an_alert() -> None:
    official = parse_alerts(payload("ukrainealarm", "after"), AnomalyLog("air"))

    assert set(parse_alerts_in_ua()) & set(official.state) == {"54:air_raid", "31:air_raid"}
    for id_ in ("54:air_raid", "31:air_raid"):
        assert parse_alerts_in_ua()[id_].region == official.state[id_].region


@pytest.mark.parametrize("body", [b"{}", b'{"alerts": {}}', b'{"alerts": [{"id": 1}]}', b"[]"])
def test_an_answer_without_alerts_is_refused(body: bytes) -> None:
    with capture_logs(), pytest.raises(Unusable):
        parse_answer(body, AnomalyLog("air"))


def test_an_unexpected_value_is_logged_once() -> None:
    anomalies = AnomalyLog("air")
    with capture_logs() as logs:
        for _ in range(3):
            parse_answer(payload("alerts_in_ua", "odd"), anomalies)

    assert sorted(log["field"] for log in logs) == ["alert_level", "alert_type", "threat_type"]


async def test_the_token_of_alerts_in_ua_is_sent_in_a_header_only() -> None:
    async with origin() as server, open_session() as session:

        async def answer(request: web.Request) -> web.StreamResponse:
            assert "s3cret" not in str(request.url)
            return web.json_response({"alerts": []})

        server.answer = answer
        await (
            AlertsInUaSettings(
                kind="alerts_in_ua", name="air", url=server.url, token=SecretStr("s3cret")
            )
            .build_source(HttpClient(session, lambda: NOW), lambda: NOW)
            .fetch(None)
        )

    assert server.requests[0]["Authorization"] == "Bearer s3cret"


def test_a_night_with_alerts_in_all_regions_is_read() -> None:
    """The limit on values refused it: every hromada lists the alerts of its raion and oblast."""
    levels = [
        {"alertLevel": level, "reason": "Ракетна загроза", "createdAt": "2026-03-05T08:00:00Z"}
        for level in ("Red", "Yellow")
    ]
    regions = [
        {
            "regionId": str(number),
            "regionType": "Community",
            "regionName": f"Громада {number}",
            "regionEngName": "",
            "lastUpdate": "2026-03-05T08:00:00Z",
            "activeAlerts": [
                {
                    "regionId": str(outer),
                    "regionType": "State",
                    "type": "AIR",
                    "lastUpdate": "2026-03-05T08:00:00Z",
                    "activeAlertLevels": levels,
                }
                for outer in (number, 54, 28)
            ],
        }
        for number in range(100, 1_706)
    ]
    snapshot = parse_alerts(json.dumps(regions).encode(), AnomalyLog("siren"))
    assert (len(snapshot.state), snapshot.is_complete) == (1_608, True)
    record = {
        "location_title": "Громада",
        "alert_type": "air_raid",
        "started_at": "2026-03-05T08:00:00Z",
        "threats": [{"threat_type": "drones", "level": "red", "source_message": None}] * 6,
    }
    alerts = [{**record, "location_uid": str(number)} for number in range(100, 1_706)]
    active, _ = parse_answer(json.dumps({"alerts": alerts}).encode(), AnomalyLog("alerts"))
    assert len(active.state) == 1_606
