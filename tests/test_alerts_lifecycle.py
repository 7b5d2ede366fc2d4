"""What an alert's life comes to, from what the sources say of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.lifecycle import (
    GIVEN_UP,
    HOLD,
    LONGEST_SAID,
    BecameUnknown,
    Changed,
    Closed,
    Confirmed,
    Effect,
    Kept,
    KnownAgain,
    Opened,
    observe,
    watch,
)
from alerts.observation import Authority, Health, Observation, Polling
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
POLLED = frozenset(("siren", "alerts"))


class Life:
    """One region, seen by two polled sources of states and by whoever else speaks."""

    def __init__(self) -> None:
        self.now = NOW
        self.incident: Incident | None = None
        self.ended: Incident | None = None
        self._good = dict.fromkeys(POLLED, NOW)
        self.dead: set[str] = set()

    @property
    def health(self) -> Health:
        return {name: Polling(timedelta(seconds=15), at) for name, at in self._good.items()}

    def on(self, source: str, level: str | None = None, *threats: str) -> Effect | None:
        known = self.incident is not None and source in self.incident.sources
        return self.say(source, Phase.UPDATE if known else Phase.ACTIVE, level, *threats)

    def over(self, source: str) -> Effect | None:
        return self.say(source, Phase.CLEAR)

    def say(
        self,
        source: str,
        phase: Phase,
        level: str | None = None,
        *threats: str,
        at: datetime | None = None,
    ) -> Effect | None:
        authority = {"hook": Authority.DECLARED, "channel": Authority.TOLD}
        seen = Observation(
            source=source,
            region="UA",
            hazard="air_raid",
            phase=phase,
            level=level,
            threats=threats,
            authority=authority.get(source, Authority.SEEN),
            at=at or self.now,
        )
        return self._keep(observe(self.incident, self.ended, seen, self.health, self.now))

    def wait(self, **units: float) -> list[Effect]:
        """Time passes, looked at every five seconds; polls succeed but for the dead."""
        until = self.now + timedelta(**units)
        told: list[Effect] = []
        while self.now < until:
            self.now += timedelta(seconds=5)
            self._good |= dict.fromkeys(POLLED - self.dead, self.now)
            if self.incident:
                effect = self._keep(watch(self.incident, self.health, self.now))
                if effect and not isinstance(effect, Kept):
                    told.append(effect)
        return told

    def _keep(self, effect: Effect | None) -> Effect | None:
        if effect is None:
            return None
        self.incident = effect.incident
        if effect.incident.closed_at:
            self.incident, self.ended = None, effect.incident
        return effect


@pytest.fixture
def life() -> Life:
    return Life()


def kinds(effects: list[Effect]) -> list[type]:
    return [type(effect) for effect in effects]


def test_the_first_source_opens_and_the_others_confirm(life: Life) -> None:
    """Case 47."""
    assert isinstance(life.on("siren", "red"), Opened)
    confirmed = life.on("alerts", "red")
    assert isinstance(confirmed, Confirmed)
    assert confirmed.by == "alerts"
    assert isinstance(life.on("channel"), Confirmed)
    assert life.incident
    assert tuple(life.incident.sources) == ("siren", "alerts", "channel")
    assert isinstance(life.on("channel"), Kept)


def test_a_declared_end_closes_at_once(life: Life) -> None:
    life.on("siren")
    life.on("alerts")
    life.now += timedelta(minutes=20)
    closed = life.over("hook")
    assert isinstance(closed, Closed)
    assert closed.incident.closed_at == closed.incident.opened_at + timedelta(minutes=20)


def test_polls_close_when_all_that_showed_it_agree_and_that_stays_so(life: Life) -> None:
    life.on("siren")
    life.on("alerts")
    assert isinstance(life.over("siren"), Kept)
    assert life.wait(minutes=5) == []
    life.over("alerts")
    ended = life.now
    told = life.wait(seconds=HOLD.total_seconds() + 10)
    assert kinds(told) == [Closed]
    assert told[0].incident.closed_at == ended


def test_an_alert_that_flaps_neither_closes_nor_opens_again(life: Life) -> None:
    """Case 45."""
    life.on("siren")
    for _ in range(5):
        life.wait(seconds=15)
        life.over("siren")
        assert life.wait(seconds=15) == []
        assert isinstance(life.say("siren", Phase.ACTIVE), Kept)
    assert life.wait(minutes=2) == []


def test_a_text_cannot_end_what_a_source_of_states_still_shows(life: Life) -> None:
    life.on("siren")
    assert isinstance(life.over("channel"), Kept)
    assert life.wait(minutes=2) == []
    assert life.incident


def test_a_text_ends_what_only_texts_have_raised(life: Life) -> None:
    life.on("channel")
    life.now += timedelta(minutes=3)
    assert isinstance(life.over("channel"), Closed)


@pytest.mark.parametrize(
    ("before", "after", "graver"),
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
def test_only_a_graver_level_or_threat_is_an_escalation(
    life: Life, before: tuple[Any, ...], after: tuple[Any, ...], *, graver: bool
) -> None:
    life.on("siren", *before)
    life.now += timedelta(seconds=30)
    effect = life.on("siren", *after)
    assert isinstance(effect, Changed)
    assert effect.escalated is graver


def test_a_lesser_level_of_another_source_changes_nothing(life: Life) -> None:
    life.on("siren", "red")
    assert isinstance(life.on("alerts", "yellow"), Confirmed)
    assert life.incident
    assert life.incident.level == "red"


def test_it_is_unknown_once_when_no_source_of_states_answers(life: Life) -> None:
    """Case 43."""
    life.on("siren")
    life.on("alerts")
    life.dead = {"siren"}
    assert life.wait(minutes=5) == []
    died = life.now
    life.dead = {"siren", "alerts"}
    told = life.wait(minutes=30)
    assert kinds(told) == [BecameUnknown]
    assert told[0].incident.unknown_since == died
    life.dead = set()
    assert kinds(life.wait(minutes=5)) == [KnownAgain]


def test_the_state_is_not_unknown_before_its_time(life: Life) -> None:
    life.on("siren")
    life.dead = set(POLLED)
    assert life.wait(seconds=60) == []
    assert kinds(life.wait(seconds=10)) == [BecameUnknown]


def test_an_end_found_after_the_unknown_is_told_as_an_end(life: Life) -> None:
    life.on("siren")
    life.dead = set(POLLED)
    life.wait(minutes=3)
    life.over("siren")
    life.dead = set()
    assert kinds(life.wait(minutes=3)) == [Closed]


def test_when_one_dies_the_next_one_tells_the_end(life: Life) -> None:
    """Case 52."""
    life.on("siren")
    life.on("alerts")
    life.dead = {"siren"}
    life.wait(minutes=3)
    life.over("alerts")
    assert kinds(life.wait(minutes=1)) == [Closed]


def test_a_message_newer_than_the_last_poll_makes_known_what_is_unknown(life: Life) -> None:
    life.on("siren")
    life.dead = set(POLLED)
    life.wait(minutes=3)
    assert isinstance(life.on("channel"), KnownAgain)
    assert life.wait(minutes=30) == []


def test_an_end_that_never_comes_expires_into_unknown_and_then_into_nothing(life: Life) -> None:
    """Case 49."""
    life.on("channel")
    assert life.wait(seconds=LONGEST_SAID.total_seconds() - 60) == []
    assert kinds(life.wait(minutes=3)) == [BecameUnknown]
    assert life.wait(seconds=GIVEN_UP.total_seconds() + 60) == []
    assert life.incident is None


def test_what_a_source_of_states_still_shows_never_expires(life: Life) -> None:
    life.on("siren")
    assert life.wait(days=2) == []
    assert life.incident


def test_an_alert_whose_end_came_first_does_not_open(life: Life) -> None:
    """Case 50."""
    began = life.now
    life.now += timedelta(minutes=10)
    assert isinstance(life.over("hook"), Closed)
    assert life.say("channel", Phase.ACTIVE, at=began) is None
    life.now += timedelta(seconds=1)
    assert isinstance(life.on("channel"), Opened)


def test_an_end_older_than_the_alert_does_not_end_it(life: Life) -> None:
    """Case 50."""
    before = life.now
    life.now += timedelta(minutes=1)
    life.on("channel")
    assert life.say("hook", Phase.CLEAR, at=before) is None


def test_a_source_that_still_shows_what_was_declared_over_does_not_open_it(life: Life) -> None:
    began = life.now
    life.on("siren")
    life.now += timedelta(minutes=9)
    life.over("hook")
    life.now += timedelta(seconds=5)
    assert life.say("alerts", Phase.ACTIVE, at=began) is None
    assert life.say("siren", Phase.UPDATE, "red") is None


def test_an_alert_that_is_back_after_polls_had_lost_it_opens_again(life: Life) -> None:
    began = life.now
    life.on("siren")
    life.over("siren")
    assert kinds(life.wait(minutes=1)) == [Closed]
    assert isinstance(life.say("siren", Phase.ACTIVE, at=began), Opened)


def test_a_source_that_dies_after_it_saw_the_end_does_not_keep_the_alert_on(life: Life) -> None:
    life.on("siren")
    life.over("siren")
    life.dead = set(POLLED)
    assert kinds(life.wait(minutes=2)) == [Closed]


def test_words_of_a_source_out_of_their_order_are_passed_over(life: Life) -> None:
    life.on("channel", "red")
    earlier = life.incident
    assert life.say("channel", Phase.UPDATE, "yellow", at=NOW - timedelta(minutes=1)) is None
    assert life.incident == earlier
