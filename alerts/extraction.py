"""From a bulletin to what it says of alerts, region by region: pure."""

from collections.abc import Container, Iterable
from dataclasses import replace

from alerts.classification import OF_AIR, is_declared
from alerts.observation import Authority, Observation
from matching.reader import Reading
from matching.text.tokenizer import tokens
from storage.inbound.bulletins import Bulletin, Phase
from storage.inbound.incidents import has_id

AIR = "air_raid"
ANY = "alert"
"""Of an alert whose source does not say for what."""

_HAZARDS = frozenset((AIR, "artillery_shelling", "urban_fights", "chemical", "nuclear", ANY))
"""Those of which there is one at a time in a region. Two warnings of storm may be two storms: they
have a life where their source tells them apart."""

_BY_TOPIC = {"artillery": "artillery_shelling", "nuclear": "nuclear"}
_THREATS = ("nuclear", "missile", "drone", "artillery")

_STORY = 40
"""Words: a longer text that raises an alert tells more than that."""


def observations(
    bulletin: Bulletin, reading: Reading, states: Container[str]
) -> tuple[Observation, ...]:
    """What it says of each region; `states` are the names of the polled sources of states.

    There are none for what is no alert, for an alert without a place, and for a hazard that has no
    life. What says more of an alert with an id may name no place: then there is one, of no region,
    for it is known where that alert is.
    """
    hazard = _hazard(bulletin, reading)
    if not reading.alert or hazard is None:
        return ()
    authority = Authority.DECLARED if bulletin.phase else Authority.TOLD
    said = Observation(
        source=bulletin.source,
        region="",
        hazard=hazard,
        phase=Phase.ACTIVE,
        level=bulletin.level,
        threats=tuple(name for name in _THREATS if name in reading.topics),
        authority=Authority.SEEN if bulletin.source in states else authority,
        at=bulletin.published_at or bulletin.received_at,
        expires_at=bulletin.expires_at,
    )
    if has_id(hazard) and not reading.below:
        return (replace(said, phase=_phase(bulletin)),)
    over = _over(bulletin, reading)
    return tuple(
        replace(said, region=code, phase=Phase.CLEAR if code in over else _phase(bulletin))
        for code in sorted(reading.below)
    )


def is_story(bulletin: Bulletin, reading: Reading) -> bool:
    """Whether it is worth reading also for who knows of the alert it speaks of."""
    return not is_declared(bulletin) and len(reading.tokens) > _STORY


def only(reading: Reading, *codes: str) -> Reading:
    """The reading as if it spoke of these of its regions alone."""
    above = {code: reading.above.get(code, frozenset((code,))) for code in codes}
    return replace(
        reading,
        above=above,
        within=frozenset().union(*above.values()),
        below={code: reading.below.get(code, frozenset((code,))) for code in codes},
    )


def but(reading: Reading, code: str, without: Iterable[frozenset[str]]) -> Reading:
    """The reading as if it spoke of one region, and not of these parts of it."""
    single = only(reading, code)
    return replace(single, below={code: single.below[code].difference(*without)})


def whole(reading: Reading, code: str, above: Iterable[str]) -> Reading:
    """The reading as if it were news of a region: for those who watch all of it, or more."""
    around = frozenset((code, *above))
    return replace(reading, above={code: around}, within=around, below={})


def places_alone(reading: Reading) -> Reading:
    """An all-clear without its words: for those who follow a place and asked for no end."""
    return replace(reading, tokens=tokens(""), topics=reading.topics - {"all_clear"})


def _phase(bulletin: Bulletin) -> Phase:
    return bulletin.phase or Phase.ACTIVE


def _over(bulletin: Bulletin, reading: Reading) -> frozenset[str]:
    """Where it is over. A text that both raises and clears one place warns of it, to be safe."""
    if bulletin.phase:
        return frozenset(reading.below) if bulletin.phase is Phase.CLEAR else frozenset()
    return reading.cleared - reading.raised


def _hazard(bulletin: Bulletin, reading: Reading) -> str | None:
    if bulletin.hazard:
        written = bulletin.hazard.lower()
        named = AIR if written in OF_AIR else written
        return named if named in _HAZARDS or has_id(named) else None
    if "air_alert" in reading.topics:
        return AIR
    told = next((_BY_TOPIC[name] for name in _BY_TOPIC if name in reading.topics), None)
    if told or "all_clear" in reading.topics:
        return told or AIR
    return ANY
