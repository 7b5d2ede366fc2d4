"""What happened is the difference of what was on and what is on."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.http_origin import origin, page, status
from support.source_payloads import said
from support.source_server_driver import Looks

from bot.sources.adapters.ukraine.alerts_in_ua import AlertsInUaSettings, read_active
from bot.sources.adapters.ukraine.siren import SirenSettings
from bot.sources.adapters.ukraine.state_source import batch, may_skip
from bot.sources.adapters.ukraine.ukrainealarm import UkraineAlarmSettings
from bot.sources.adapters.ukraine.ukrainealarm_parser import read_alerts
from bot.sources.base.anomaly_log import Oddities
from bot.sources.core.source import Batch, Refused, SourceError, Unusable
from bot.sources.core.state_diff import Alert, Seen, difference, from_json, joined, to_json
from bot.sources.http.client import Fetcher, open_session
from storage.inbound.bulletins import Bulletin, Kind, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
BEGAN = datetime(2026, 3, 5, 7, 54, 7, tzinfo=UTC)
BAKHMUT = Alert("54", "Бахмутський район", "air_raid", level="yellow", since=BEGAN)


def phases(before: Sequence[Alert], after: Sequence[Alert], *, whole: bool = True) -> list[str]:
    _, changes = difference(joined(before), Seen(joined(after), whole))
    return [f"{change.phase} {change.alert.id}" for change in changes]


def test_what_was_not_on_and_is_has_begun() -> None:
    assert phases([], [BAKHMUT]) == ["active 54:air_raid"]


def test_what_was_on_and_is_not_is_over() -> None:
    assert phases([BAKHMUT], []) == ["clear 54:air_raid"]


def test_what_stays_as_it_is_is_nothing() -> None:
    assert phases([BAKHMUT], [replace(BAKHMUT, remarks=("x",), changed_at=NOW)]) == []


@pytest.mark.parametrize("change", [{"level": "red"}, {"level": None}, {"threats": ("ракети",)}])
def test_another_level_or_threat_is_an_update(change: dict[str, Any]) -> None:
    assert phases([BAKHMUT], [replace(BAKHMUT, **change)]) == ["update 54:air_raid"]


def test_two_hazards_of_a_region_are_two_alerts() -> None:
    shelling = replace(BAKHMUT, hazard="artillery_shelling")

    assert phases([BAKHMUT], [BAKHMUT, shelling]) == ["active 54:artillery_shelling"]
    assert phases([BAKHMUT, shelling], [BAKHMUT]) == ["clear 54:artillery_shelling"]


def test_what_is_missing_from_half_a_state_is_still_on() -> None:
    state, changes = difference(joined([BAKHMUT]), Seen({}, whole=False))

    assert (list(state), changes) == (["54:air_raid"], ())


def test_an_alert_keeps_its_beginning_when_the_service_moves_it() -> None:
    moved = joined([replace(BAKHMUT, since=NOW)])
    state, _ = difference(joined([BAKHMUT]), Seen(moved, whole=True))

    assert state["54:air_raid"].since == BEGAN


def test_two_records_of_one_alert_are_one_with_the_graver_level_and_the_earlier_beginning() -> None:
    both = joined([replace(BAKHMUT, since=NOW), replace(BAKHMUT, level="red")])

    assert [(alert.level, alert.since) for alert in both.values()] == [("red", BEGAN)]


@pytest.mark.parametrize(
    ("away", "told"),
    [(timedelta(seconds=45), []), (timedelta(minutes=5), [(Phase.ACTIVE, None)])],
)
def test_after_a_while_without_a_look_what_is_on_is_told_once_more(
    away: timedelta, told: list[tuple[Phase, datetime | None]]
) -> None:
    """The alert we saw may have ended, and this be another one. Since when it is on is not told:
    its service may have moved that, and an old alert would ring nobody.
    """
    seen = Seen(joined([BAKHMUT]), whole=True)
    first = batch("siren", None, seen, {}, NOW)
    later = batch("siren", first.cursor, seen, {}, NOW + away)
    assert [(each.phase, each.published_at) for each in later.bulletins] == told
    assert may_skip(first.cursor, NOW + away) is (not told)
    assert may_skip(later.cursor, NOW + away)


def test_what_began_while_nobody_looked_tells_when() -> None:
    first = batch("siren", None, Seen(joined([BAKHMUT]), whole=True), {}, NOW)
    anew = replace(BAKHMUT, since=NOW + timedelta(minutes=3))
    later = batch(
        "siren", first.cursor, Seen(joined([anew]), whole=True), {}, NOW + timedelta(minutes=5)
    )
    assert [each.published_at for each in later.bulletins] == [anew.since]


def test_a_state_survives_its_storage() -> None:
    full = replace(BAKHMUT, threats=("ракети",), remarks=("x",), within="y", changed_at=NOW)
    bare = Alert("31", "м. Київ", "air_raid")

    assert from_json(json.loads(json.dumps(to_json(joined([full, bare]))))) == joined([full, bare])


@dataclass
class Watched(Looks):
    """A source of states with its server, polled again and again."""

    session: ClientSession
    now: datetime = NOW

    async def sees(self, state: object) -> tuple[Bulletin, ...]:
        """What a look at that state brings."""
        return await self.gives(json.dumps(state).encode(), "application/json")

    async def look(self) -> Batch:
        self.now += timedelta(seconds=20)
        return await super().look()


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    async with origin() as served, open_session() as session:
        made: list[Watched] = []

        def clock() -> datetime:
            return made[0].now

        settings = SirenSettings(kind="siren", name="air", url=served.url)
        made.append(Watched(served, settings.source(Fetcher(session, clock), clock), session))
        yield made[0]


def region(uid: str, name: str, *alerts: dict[str, Any], kind: str = "District") -> dict[str, Any]:
    return {
        "regionId": uid,
        "regionType": kind,
        "regionName": name,
        "lastUpdate": "2026-03-05T07:55:00Z",
        "activeAlerts": list(alerts),
    }


def on(uid: str, level: str | None = "Red", kind: str = "AIR") -> dict[str, Any]:
    levels = [{"alertLevel": level, "reason": None, "createdAt": "2026-03-05T07:59:00Z"}]
    return {
        "regionId": uid,
        "type": kind,
        "lastUpdate": "2026-03-05T07:54:07Z",
        "activeAlertLevels": levels if level else None,
    }


LUHANSK = region("16", "Луганська область", on("16"), kind="State")
KYIV = region("31", "м. Київ", on("31"), kind="State")
RAION = region("54", "Бахмутський район", on("54", "Yellow"))


async def test_an_alert_is_told_from_its_beginning_to_its_end(watched: Watched) -> None:
    await watched.sees([LUHANSK])

    (began,) = await watched.sees([LUHANSK, RAION])
    graver = region("54", "Бахмутський район", on("54", "Red"))
    (update,) = await watched.sees([LUHANSK, graver])
    (over,) = await watched.sees([LUHANSK])

    assert began == Bulletin(
        source="air",
        key=began.key,
        title="Повітряна тривога: Бахмутський район",
        text="Рівень: жовтий.",
        lang="uk",
        kind=Kind.ALERT,
        phase=Phase.ACTIVE,
        level="yellow",
        hazard="air_raid",
        regions=("54", "Бахмутський район"),
        topics=("air_alert",),
        published_at=BEGAN,
        received_at=watched.now - timedelta(seconds=40),
    )
    assert (update.phase, update.level) == (Phase.UPDATE, "red")
    assert update.published_at == datetime(2026, 3, 5, 7, 59, tzinfo=UTC)
    assert (over.phase, over.published_at) == (Phase.CLEAR, None)
    assert over.title == "Відбій повітряної тривоги: Бахмутський район"
    assert over.topics == ("air_alert", "all_clear")


async def test_no_two_bulletins_of_an_alerts_life_have_one_key(watched: Watched) -> None:
    """A level comes back, and an alert that was gone for one look."""
    graver = region("54", "Бахмутський район", on("54", "Red"))
    told = [
        one.key
        for state in ([LUHANSK], [LUHANSK, RAION], [LUHANSK, graver], [LUHANSK, RAION]) * 3
        for one in await watched.sees(state)
    ]

    assert len(told) == len(set(told)) == 12


async def test_alerts_that_never_end_are_never_told_of(watched: Watched) -> None:
    await watched.sees([KYIV])

    assert await watched.sees([KYIV, LUHANSK]) == ()
    assert await watched.sees([KYIV]) == ()


async def test_an_empty_state_must_be_seen_twice(watched: Watched) -> None:
    """Services that have lost their state answer so; some alerts never end."""
    await watched.sees([LUHANSK, RAION])

    with capture_logs() as logs:
        assert await watched.sees([]) == ()
    assert [log["event"] for log in logs] == ["state_doubted"]
    assert [one.phase for one in await watched.sees([])] == [Phase.CLEAR]


async def test_an_empty_state_that_was_a_mistake_changes_nothing(watched: Watched) -> None:
    await watched.sees([LUHANSK, RAION])
    await watched.sees([])

    assert await watched.sees([LUHANSK, RAION]) == ()


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
async def test_a_bad_poll_is_never_an_all_clear(watched: Watched, answer: Any) -> None:
    """Case 43."""
    await watched.sees([LUHANSK, RAION])
    watched.origin.answer = answer
    before = watched.cursor

    with pytest.raises(SourceError):
        await watched.look()

    assert watched.cursor == before
    assert await watched.sees([LUHANSK, RAION]) == ()


async def test_a_record_that_cannot_be_read_ends_no_alert(watched: Watched) -> None:
    await watched.sees([LUHANSK, RAION, KYIV])

    with capture_logs():
        assert await watched.sees([LUHANSK, region("54", "x", {"regionId": None}), KYIV]) == ()
        begun = await watched.sees([LUHANSK, {"activeAlerts": 5}, region("39", "y", on("39"))])
    assert [one.phase for one in begun] == [Phase.ACTIVE]
    over = await watched.sees([LUHANSK, RAION])
    assert [one.regions for one in over] == [("31", "м. Київ"), ("39", "y")]


async def test_nothing_is_fetched_while_the_status_stays_but_now_and_then(
    watched: Watched,
) -> None:
    watched.origin.numbers = repeat(7)
    await watched.sees([LUHANSK])

    assert await watched.sees([LUHANSK, RAION]) == ()
    assert len(watched.origin.requests) == 1
    watched.now += timedelta(minutes=5)
    assert len((await watched.look()).bulletins) == 1
    assert len(watched.origin.status_asked) == 3


async def test_an_alert_of_the_oblast_that_a_raion_lists_is_the_oblasts(watched: Watched) -> None:
    await watched.sees([LUHANSK])
    heir = region("54", "Бахмутський район", on("28"))

    (began,) = await watched.sees([LUHANSK, heir])
    oblast = region("28", "Донецька область", on("28"), kind="State")

    assert began.regions == ("28", "Донецька область")
    assert await watched.sees([LUHANSK, heir, oblast]) == ()
    assert [one.regions for one in await watched.sees([LUHANSK])] == [("28", "Донецька область")]


def seen(*regions: object) -> dict[str, Alert]:
    return dict(read_alerts(json.dumps(regions).encode(), Oddities("air")).state)


def test_the_test_region_and_notices_are_no_alerts() -> None:
    """Case 54."""
    assert list(seen(region("0", "Тестовий регіон", on("0")), KYIV)) == ["31:air_raid"]
    assert seen(region("31", "м. Київ", on("31", kind="INFO"))) == {}


def test_kyiv_and_kyiv_oblast_are_two() -> None:
    oblast = region("14", "Київська область", on("14"), kind="State")

    assert sorted(alert.region for alert in seen(KYIV, oblast).values()) == [
        "Київська область",
        "м. Київ",
    ]


def test_crimea_has_one_number_at_all_services() -> None:
    crimea = region("9999", "АР Крим", on("9999"), kind="State")

    assert list(seen(crimea)) == ["29:air_raid"]


@pytest.mark.parametrize(
    ("levels", "level"),
    [(["Yellow"], "yellow"), (["Yellow", "Red"], "red"), ([], "red"), (["Violet"], "violet")],
)
def test_the_gravest_level_counts_and_an_air_alert_without_any_is_red(
    levels: list[str], level: str
) -> None:
    alert = on("31") | {"activeAlertLevels": [{"alertLevel": one} for one in levels]}

    with capture_logs():
        assert seen(region("31", "м. Київ", alert))["31:air_raid"].level == level


async def test_many_401_are_a_wrong_token_and_few_are_too_many_requests() -> None:
    async with origin() as served, open_session() as session:
        source = UkraineAlarmSettings(
            kind="ukrainealarm", name="air", url=served.url, token=SecretStr("s3cret")
        ).source(Fetcher(session, lambda: NOW), lambda: NOW)
        served.answer = status(401)
        said = []
        for _ in range(15):
            with pytest.raises(Refused) as refused:
                await source.fetch(None)
            said.append((str(refused.value), refused.value.retry_after))

    assert said[:14] == [("answered 401", timedelta(minutes=1))] * 14
    assert said[14] == ("answered 401 for so long that the token must be wrong", None)
    assert {headers["Authorization"] for headers in served.requests} == {"s3cret"}


def active(**changes: object) -> dict[str, Alert]:
    listed = json.loads(said("alerts_in_ua", "after"))
    listed["alerts"][0] |= changes
    return dict(read_active(json.dumps(listed).encode(), Oddities("air")).state)


def test_a_record_of_alerts_in_ua_is_read() -> None:
    state = active(notes="Слідкуйте за повідомленнями.")

    assert state["54:air_raid"] == Alert(
        uid="54",
        region="Бахмутський район",
        hazard="air_raid",
        level="red",
        threats=("зліт МіГ-31К",),
        remarks=("Слідкуйте за повідомленнями.",),
        since=BEGAN,
        changed_at=datetime(2026, 3, 5, 7, 54, 9, 412000, tzinfo=UTC),
    )
    assert state["1293:artillery_shelling"].within == "Харківський район"


@pytest.mark.parametrize("field", ["finished_at", "deleted_at"])
def test_what_is_finished_or_deleted_is_not_on(field: str) -> None:
    assert "54:air_raid" not in active(**{field: "2026-03-05T07:59:00.000Z"})


def test_both_services_call_the_same_alert_the_same() -> None:
    official = read_alerts(said("ukrainealarm", "after"), Oddities("air"))

    assert set(active()) & set(official.state) == {"54:air_raid", "31:air_raid"}
    for id_ in ("54:air_raid", "31:air_raid"):
        assert active()[id_].region == official.state[id_].region


@pytest.mark.parametrize("body", [b"{}", b'{"alerts": {}}', b'{"alerts": [{"id": 1}]}', b"[]"])
def test_what_lists_no_alerts_is_refused(body: bytes) -> None:
    with capture_logs(), pytest.raises(Unusable):
        read_active(body, Oddities("air"))


def test_what_is_unexpected_is_logged_once() -> None:
    oddities = Oddities("air")
    with capture_logs() as logs:
        for _ in range(3):
            read_active(said("alerts_in_ua", "odd"), oddities)

    assert sorted(log["field"] for log in logs) == ["alert_level", "alert_type", "threat_type"]


async def test_the_token_of_alerts_in_ua_goes_into_a_header_alone() -> None:
    async with origin() as served, open_session() as session:

        async def answer(request: web.Request) -> web.StreamResponse:
            assert "s3cret" not in str(request.url)
            return web.json_response({"alerts": []})

        served.answer = answer
        await (
            AlertsInUaSettings(
                kind="alerts_in_ua", name="air", url=served.url, token=SecretStr("s3cret")
            )
            .source(Fetcher(session, lambda: NOW), lambda: NOW)
            .fetch(None)
        )

    assert served.requests[0]["Authorization"] == "Bearer s3cret"
