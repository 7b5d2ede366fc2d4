"""Alert lifecycle: transitions of one incident by observations and by the passing of time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.effects import (
    BecameUnknown,
    Changed,
    Closed,
    Confirmed,
    Effect,
    Expired,
    KnownAgain,
    Opened,
    Reopened,
    Unchanged,
)
from alerts.evidence import REPORT_TTL
from alerts.lifecycle import (
    CLEAR_DELAY,
    UNKNOWN_TIMEOUT,
    apply_observation,
    reevaluate,
    reevaluate_closed,
)
from alerts.observation import Authority, Liveness, Observation, SourceLiveness
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
STATE_SOURCES = frozenset(("siren", "alerts"))


class IncidentDriver:
    """Incident of one region with two polled state sources, a webhook and a text channel."""

    def __init__(self) -> None:
        self.now = NOW
        self.incident: Incident | None = None
        self.last_closed: Incident | None = None
        self._succeeded_at = dict.fromkeys(STATE_SOURCES, NOW)
        self.unreachable: set[str] = set()
        self._started_at: datetime | None = None

    @property
    def liveness(self) -> Liveness:
        return {
            name: SourceLiveness(timedelta(seconds=15), time, self._started_at)
            for name, time in self._succeeded_at.items()
        }

    def restart(self) -> None:
        """Simulate a restart of the process: the database keeps the incident and the polls."""
        self._started_at = self.now

    def report(self, source: str, level: str | None = None, *threats: str) -> Effect | None:
        is_known = self.incident is not None and source in self.incident.sources
        return self.observe(source, Phase.UPDATE if is_known else Phase.ACTIVE, level, *threats)

    def clear(self, source: str) -> Effect | None:
        return self.observe(source, Phase.CLEAR)

    def observe(
        self,
        source: str,
        phase: Phase,
        level: str | None = None,
        *threats: str,
        reported_at: datetime | None = None,
    ) -> Effect | None:
        is_polled = source in STATE_SOURCES
        self._succeeded_at |= {source: self.now} if is_polled else {}
        other = Authority.OFFICIAL if source == "hook" else Authority.THIRD_PARTY
        observation = Observation(
            source=source,
            region="UA",
            hazard="air_raid",
            phase=phase,
            level=level,
            threats=threats,
            authority=Authority.POLLED if is_polled else other,
            reported_at=reported_at or self.now,
        )
        return self._store(
            apply_observation(self.incident, self.last_closed, observation, self.liveness, self.now)
        )

    def wait(self, **units: float) -> list[Effect]:
        """Advance the clock in steps of five seconds. Polls succeed but for unreachable sources."""
        until = self.now + timedelta(**units)
        effects: list[Effect] = []
        while self.now < until:
            self.now += timedelta(seconds=5)
            self._succeeded_at |= dict.fromkeys(STATE_SOURCES - self.unreachable, self.now)
            if self.incident:
                effect = self._store(reevaluate(self.incident, self.liveness, self.now))
            elif self.last_closed:
                effect = self._store(reevaluate_closed(self.last_closed, self.liveness, self.now))
            else:
                continue
            if effect and not isinstance(effect, Unchanged):
                effects.append(effect)
        return effects

    def _store(self, effect: Effect | None) -> Effect | None:
        if effect is None:
            return None
        self.incident = effect.incident
        if effect.incident.closed_at:
            self.incident, self.last_closed = None, effect.incident
        return effect


@pytest.fixture
def driver() -> IncidentDriver:
    return IncidentDriver()


def effect_types(effects: list[Effect]) -> list[type]:
    return [type(effect) for effect in effects]


def test_the_first_source_opens_an_incident_and_others_confirm_it(driver: IncidentDriver) -> None:
    """The same alert from several sources makes one incident."""
    assert isinstance(driver.report("siren", "red"), Opened)
    confirmed = driver.report("alerts", "red")
    assert isinstance(confirmed, Confirmed)
    assert confirmed.source == "alerts"
    assert isinstance(driver.report("channel"), Confirmed)
    assert driver.incident
    assert tuple(driver.incident.sources) == ("siren", "alerts", "channel")
    assert isinstance(driver.report("channel"), Unchanged)


def test_an_official_all_clear_closes_an_incident_at_once(driver: IncidentDriver) -> None:
    driver.report("siren")
    driver.report("alerts")
    driver.now += timedelta(minutes=20)
    closed = driver.clear("hook")
    assert isinstance(closed, Closed)
    assert closed.incident.closed_at == closed.incident.opened_at + timedelta(minutes=20)


def test_polls_close_an_incident_when_all_sources_stop_showing_it_for_the_delay(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.report("alerts")
    assert isinstance(driver.clear("siren"), Unchanged)
    assert driver.wait(minutes=5) == []
    driver.clear("alerts")
    ended_at = driver.now
    effects = driver.wait(seconds=CLEAR_DELAY.total_seconds() + 10)
    assert effect_types(effects) == [Closed]
    assert effects[0].incident.closed_at == ended_at


def test_a_flapping_alert_neither_closes_nor_opens_again(driver: IncidentDriver) -> None:
    """An all-clear deduced from a poll takes effect only if it lasts."""
    driver.report("siren")
    for _ in range(5):
        driver.wait(seconds=15)
        driver.clear("siren")
        assert driver.wait(seconds=15) == []
        assert isinstance(driver.observe("siren", Phase.ACTIVE), Unchanged)
    assert driver.wait(minutes=2) == []


def test_a_text_does_not_end_an_alert_that_a_state_source_still_shows(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    assert isinstance(driver.clear("channel"), Unchanged)
    assert driver.wait(minutes=2) == []
    assert driver.incident


def test_a_text_ends_an_alert_that_only_texts_reported(driver: IncidentDriver) -> None:
    driver.report("channel")
    driver.now += timedelta(minutes=3)
    assert isinstance(driver.clear("channel"), Closed)


@pytest.mark.parametrize(
    ("before", "after", "is_escalation"),
    [
        (("yellow",), ("red",), True),
        (("red",), ("yellow",), False),
        (("yellow", "drone"), ("yellow", "drone", "missile"), True),
        (("red",), ("red", "missile"), False),
        (("red", "missile"), ("red", "missile", "nuclear"), True),
        ((None,), ("yellow",), False),
        ((None,), ("red",), False),
        (("warning",), (None,), True),
    ],
)
def test_only_a_more_severe_level_or_threat_is_an_escalation(
    driver: IncidentDriver, before: tuple[Any, ...], after: tuple[Any, ...], *, is_escalation: bool
) -> None:
    driver.report("siren", *before)
    driver.now += timedelta(seconds=30)
    effect = driver.report("siren", *after)
    assert isinstance(effect, Changed)
    assert effect.is_escalation is is_escalation


def test_a_less_severe_level_of_another_source_changes_nothing(driver: IncidentDriver) -> None:
    driver.report("siren", "red")
    assert isinstance(driver.report("alerts", "yellow"), Confirmed)
    assert driver.incident
    assert driver.incident.level == "red"


def test_an_incident_becomes_unknown_once_when_no_state_source_answers(
    driver: IncidentDriver,
) -> None:
    """A dead source must not look like an all-clear."""
    driver.report("siren")
    driver.report("alerts")
    driver.unreachable = {"siren"}
    assert driver.wait(minutes=5) == []
    unreachable_since = driver.now
    driver.unreachable = {"siren", "alerts"}
    effects = driver.wait(minutes=30)
    assert effect_types(effects) == [BecameUnknown]
    assert effects[0].incident.unknown_since == unreachable_since
    driver.unreachable = set()
    assert effect_types(driver.wait(minutes=5)) == [KnownAgain]


def test_an_incident_does_not_become_unknown_before_its_sources_are_stale(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.unreachable = set(STATE_SOURCES)
    assert driver.wait(seconds=60) == []
    assert effect_types(driver.wait(seconds=10)) == [BecameUnknown]


def test_an_unknown_incident_closes_when_a_poll_shows_its_end(driver: IncidentDriver) -> None:
    driver.report("siren")
    driver.unreachable = set(STATE_SOURCES)
    driver.wait(minutes=3)
    driver.clear("siren")
    driver.unreachable = set()
    assert effect_types(driver.wait(minutes=3)) == [Closed]


def test_a_live_source_closes_an_incident_whose_first_source_is_unreachable(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.report("alerts")
    driver.unreachable = {"siren"}
    driver.wait(minutes=3)
    driver.clear("alerts")
    assert effect_types(driver.wait(minutes=1)) == [Closed]


def test_a_message_newer_than_the_last_poll_makes_an_unknown_incident_known(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.unreachable = set(STATE_SOURCES)
    driver.wait(minutes=3)
    assert isinstance(driver.report("channel"), KnownAgain)
    assert driver.wait(minutes=30) == []


def test_a_message_without_an_all_clear_becomes_unknown_and_then_expires(
    driver: IncidentDriver,
) -> None:
    """A channel may never post an all-clear, and the incident must not stay open forever."""
    driver.report("channel")
    assert driver.wait(seconds=REPORT_TTL.total_seconds() - 60) == []
    assert effect_types(driver.wait(minutes=3)) == [BecameUnknown]
    assert effect_types(driver.wait(seconds=UNKNOWN_TIMEOUT.total_seconds() + 60)) == [Expired]
    assert driver.incident is None


def test_an_alert_that_a_state_source_still_shows_never_expires(driver: IncidentDriver) -> None:
    driver.report("siren")
    assert driver.wait(days=2) == []
    assert driver.incident


def test_an_alert_whose_all_clear_came_first_does_not_open(driver: IncidentDriver) -> None:
    """Sources lag differently, so an all-clear can overtake its alert."""
    began = driver.now
    driver.now += timedelta(minutes=10)
    assert isinstance(driver.clear("hook"), Closed)
    assert driver.observe("channel", Phase.ACTIVE, reported_at=began) is None
    driver.now += timedelta(seconds=1)
    assert isinstance(driver.report("channel"), Opened)


def test_an_all_clear_older_than_the_alert_does_not_end_it(driver: IncidentDriver) -> None:
    """Reports can arrive out of order: their own times decide."""
    before = driver.now
    driver.now += timedelta(minutes=1)
    driver.report("channel")
    assert driver.observe("hook", Phase.CLEAR, reported_at=before) is None


def test_polls_that_show_the_end_soon_after_an_official_message_do_not_open_the_alert_again(
    driver: IncidentDriver,
) -> None:
    began = driver.now
    driver.report("siren")
    driver.now += timedelta(minutes=9)
    driver.clear("hook")
    driver.now += timedelta(seconds=5)
    assert isinstance(driver.observe("alerts", Phase.ACTIVE, reported_at=began), Unchanged)
    assert driver.incident is None
    driver.now += timedelta(seconds=5)
    driver.clear("alerts")
    driver.clear("siren")
    assert driver.wait(minutes=5) == []


def test_polls_that_still_show_an_alert_after_an_official_end_reopen_it(
    driver: IncidentDriver,
) -> None:
    driver.report("siren", "red")
    driver.now += timedelta(minutes=9)
    driver.clear("hook")
    (effect,) = driver.wait(seconds=25)
    assert isinstance(effect, Reopened)
    assert driver.incident
    assert (driver.incident.opened_at, driver.incident.level) == (NOW, "red")
    driver.clear("siren")
    assert effect_types(driver.wait(minutes=1)) == [Closed]


def test_an_update_of_the_service_after_an_official_end_reopens_the_alert_at_once(
    driver: IncidentDriver,
) -> None:
    driver.report("siren", "yellow")
    driver.clear("hook")
    driver.now += timedelta(seconds=5)
    assert isinstance(driver.observe("siren", Phase.UPDATE, "red"), Reopened)


@pytest.mark.parametrize("phase", [Phase.ACTIVE, Phase.UPDATE])
def test_a_graver_state_opens_an_alert_again_however_soon_after_its_end(
    driver: IncidentDriver, phase: Phase
) -> None:
    driver.report("channel", "yellow")
    driver.now += timedelta(minutes=9)
    driver.clear("channel")
    driver.now += timedelta(seconds=5)
    assert isinstance(driver.observe("channel", phase, "red", "missile"), Opened)


def test_a_third_party_does_not_end_an_alert_that_an_official_source_shows(
    driver: IncidentDriver,
) -> None:
    driver.report("siren", "yellow")
    driver.report("channel")
    driver.wait(minutes=5)
    assert isinstance(driver.clear("channel"), Unchanged)
    assert driver.wait(minutes=5) == []
    escalated = driver.report("siren", "red", "missile")
    assert isinstance(escalated, Changed)
    assert escalated.is_escalation


def test_a_third_party_does_not_end_an_alert_of_an_official_webhook(
    driver: IncidentDriver,
) -> None:
    driver.report("hook")
    driver.now += timedelta(minutes=5)
    assert isinstance(driver.clear("channel"), Unchanged)
    assert driver.wait(minutes=5) == []
    assert isinstance(driver.clear("hook"), Closed)


def test_a_third_partys_all_clear_that_came_first_does_not_hide_an_official_alert(
    driver: IncidentDriver,
) -> None:
    began = driver.now
    driver.now += timedelta(seconds=30)
    driver.clear("channel")
    driver.now += timedelta(seconds=5)
    assert isinstance(driver.observe("siren", Phase.ACTIVE, reported_at=began), Opened)
    driver.incident = None
    assert isinstance(driver.observe("hook", Phase.ACTIVE, reported_at=began), Opened)


def test_an_outage_ends_with_a_good_poll_that_reopens_what_a_third_party_ended(
    driver: IncidentDriver,
) -> None:
    began = driver.now
    driver.report("siren")
    driver.unreachable = set(STATE_SOURCES)
    driver.wait(minutes=3)
    assert isinstance(driver.clear("channel"), Closed)
    assert driver.wait(minutes=3) == []
    assert isinstance(driver.observe("siren", Phase.ACTIVE, reported_at=began), Reopened)


@pytest.mark.parametrize("minutes", [10, 120, 180])
def test_an_end_seen_by_polls_counts_whatever_the_start(
    driver: IncidentDriver, minutes: int
) -> None:
    """Older versions stored starts in the future."""
    driver.report("siren")
    assert driver.incident
    driver.incident = replace(driver.incident, opened_at=NOW + timedelta(minutes=minutes))
    driver.now += timedelta(minutes=1)
    driver.clear("siren")
    (closed,) = driver.wait(minutes=1)
    assert isinstance(closed, Closed)
    assert closed.incident.closed_at == closed.incident.opened_at  # never before the start


@pytest.mark.parametrize("source", ["hook", "channel"])
def test_an_end_in_a_message_counts_although_the_stored_start_is_in_the_future(
    driver: IncidentDriver, source: str
) -> None:
    driver.report("blog")
    assert driver.incident
    driver.incident = replace(driver.incident, opened_at=NOW + timedelta(hours=3))
    driver.now += timedelta(minutes=1)
    assert isinstance(driver.clear(source), Closed)


def test_a_clock_that_goes_back_does_not_keep_an_alert_from_closing(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.clear("siren")
    driver.wait(seconds=10)
    driver.now -= timedelta(hours=1)
    assert effect_types(driver.wait(minutes=1)) == [Closed]


def test_a_restart_during_an_outage_is_no_answer_of_a_source(driver: IncidentDriver) -> None:
    driver.report("siren")
    driver.unreachable = set(STATE_SOURCES)
    assert effect_types(driver.wait(minutes=3)) == [BecameUnknown]
    for _ in range(3):
        driver.restart()
        assert driver.wait(minutes=3) == []
    driver.unreachable = set()
    assert effect_types(driver.wait(minutes=1)) == [KnownAgain]


def test_a_restart_gives_sources_time_to_answer(driver: IncidentDriver) -> None:
    driver.report("siren")
    driver.now += timedelta(hours=1)  # the process was stopped
    driver.restart()
    driver.unreachable = set(STATE_SOURCES)
    assert driver.wait(seconds=60) == []
    assert effect_types(driver.wait(seconds=10)) == [BecameUnknown]


def test_an_alert_that_returns_after_polls_closed_it_opens_again(driver: IncidentDriver) -> None:
    began = driver.now
    driver.report("siren")
    driver.wait(seconds=15)
    driver.clear("siren")
    assert effect_types(driver.wait(minutes=1)) == [Closed]
    assert isinstance(driver.observe("siren", Phase.ACTIVE, reported_at=began), Reopened)


def test_a_source_that_fails_after_it_saw_the_end_does_not_keep_the_alert_active(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.clear("siren")
    driver.unreachable = set(STATE_SOURCES)
    assert effect_types(driver.wait(minutes=2)) == [Closed]


def test_messages_of_one_source_out_of_order_are_ignored(driver: IncidentDriver) -> None:
    driver.report("channel", "red")
    earlier = driver.incident
    assert (
        driver.observe("channel", Phase.UPDATE, "yellow", reported_at=NOW - timedelta(minutes=1))
        is None
    )
    assert driver.incident == earlier
