"""CAP alerts to bulletins: selects what to publish, one bulletin for each part. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.sources.adapters.cap.alert import CapAlert, Info
from bot.sources.adapters.cap.area_references import geocode_references, shape_references
from bot.sources.adapters.cap.chains import (
    Chain,
    ChainLog,
    ChainRoots,
    identity_hash,
    merge_repeated,
)
from bot.sources.adapters.cap.hazards import find_hazards
from bot.sources.adapters.cap.parts import Part, single_line, split_parts
from bot.sources.core import dedup_keys
from bot.sources.parsing.sanitize import (
    MAX_LANG_LENGTH,
    MAX_REGION_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_TITLE_LENGTH,
)
from bot.sources.parsing.zero_time import unless_zero
from matching.places.areas import somewhere_in
from storage.inbound.bulletins import Bulletin, Kind, Phase

_MAX_AREAS = 200

_DEFAULT_LIFETIME = timedelta(days=1)  # if the alert does not say
_IGNORED_TYPES = frozenset(("ack", "error"))
_PUBLIC = frozenset(("public", ""))
_ALERT_LEVELS = frozenset(("orange", "red"))
_MAX_WORD_LENGTH = 16  # of a certainty and an urgency in the database
_UNSTATED = frozenset(("", "unknown"))
_MAX_HAZARD_LENGTH = 32  # with the id of the part it fits the database column
_LIST_MARK = re.compile(r"\s*[;|\n]\s*")
_NO_PART = Part(Info(), None)  # of an alert without infos
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ConversionContext:
    """Source name, preferred language, region and time of a conversion."""

    source: str
    language: str  # "en", "it-IT"
    now: datetime
    region: str = ""  # areas without codes lie in it; "" if unknown


def to_bulletins(
    alerts: Iterable[CapAlert], remembered: ChainRoots, context: ConversionContext
) -> tuple[tuple[Bulletin, ...], ChainRoots]:
    """Return the bulletins of new alerts, oldest first, and the chain roots to remember."""
    log = ChainLog(remembered)
    bulletins: list[Bulletin] = []
    for alert in sorted(merge_repeated(alerts), key=lambda alert: alert.sent or _EARLIEST):
        if log.has(alert):
            continue
        parts = split_parts(alert.infos, context.language)
        continued = log.find(alert) or log.find_repeated(alert, [part.id for part in parts])
        chain = continued or Chain(identity_hash(alert))
        for part_id, part in _numbered_parts(alert, chain, parts or [_NO_PART]):
            bulletin = _bulletin(
                alert, part, part_id, chain, context, is_known=continued is not None
            )
            if bulletin is None:
                continue
            bulletins.append(bulletin)
            if bulletin.phase and part_id not in chain.alert_parts:
                chain = replace(chain, alert_parts=(*chain.alert_parts, part_id))
        log.remember(alert, chain)
    return tuple(bulletins), log.roots


def _numbered_parts(
    alert: CapAlert, chain: Chain, parts: Sequence[Part]
) -> Iterator[tuple[str, Part]]:
    """Yield the parts of an alert with their ids.

    An id stays the same over the life of a warning, also if the only part of a chain changes its
    name. A cancellation concerns the parts that it names, or all if it names none of them.
    """
    counts = Counter(part.id for part in parts)
    ids = [part.id if counts[part.id] == 1 else f"{part.id}.{part.level}"[:10] for part in parts]
    if len(parts) == 1 and len(chain.alert_parts) == 1:
        ids = list(chain.alert_parts)
    pairs = dict(zip(ids, parts, strict=True))
    if alert.type == "cancel" and chain.alert_parts:
        named = {id_: part for id_, part in pairs.items() if id_ in chain.alert_parts}
        pairs = named or dict.fromkeys(chain.alert_parts, parts[0])
    yield from pairs.items()


def _bulletin(
    alert: CapAlert,
    part: Part,
    part_id: str,
    chain: Chain,
    context: ConversionContext,
    *,
    is_known: bool,
) -> Bulletin | None:
    """Return the bulletin of a part, None if it is not published."""
    info, was_alert = part.info, part_id in chain.alert_parts
    if not _is_publishable(alert, part, context.now, is_known=is_known):
        return None
    phase = _phase(alert, part, context.now, was_alert=was_alert)
    is_clear = phase is Phase.CLEAR
    hash_ = identity_hash(alert)
    part_of_chain = _join_ids(chain.root, part_id)
    hazard, *further_hazards = _hazards(info)
    return Bulletin(
        source=context.source,
        key=(
            dedup_keys.id_key(part_of_chain, phase, hash_) if phase else _join_ids(hash_, part_id)
        ),
        title=(info.headline or info.event or alert.type.capitalize())[:MAX_TITLE_LENGTH],
        text=_text(info)[:MAX_TEXT_LENGTH],
        url=info.web,
        lang=(info.language or "en-US")[:MAX_LANG_LENGTH],
        kind=Kind.ALERT if phase else Kind.NEWS,
        phase=phase,
        level=None if is_clear else part.level,
        # Each part of a chain is an alert of its own: two storm warnings stay two.
        hazard=f"{hazard}:{part_of_chain}" if phase else hazard,
        topics=tuple(further_hazards),
        certainty=_word(info.certainty),
        urgency=_word(info.urgency),
        regions=_regions(info, context.region, is_clear=is_clear),
        published_at=alert.sent,
        expires_at=None if is_clear else _expires_at(alert, info),
        received_at=context.now,
    )


def _text(info: Info) -> str:
    """Return description and instruction, once if they are equal or repeat the headline."""
    texts = {single_line(text): text for text in (info.instruction, info.description)}
    texts.pop(single_line(info.headline or info.event), None)
    return "\n\n".join(filter(None, reversed(texts.values())))


def _join_ids(hash_: str, part_id: str) -> str:
    """Return the id of a part; chains that began before there were parts have one without an id."""
    return f"{hash_}-{part_id}" if part_id else hash_


def _hazards(info: Info) -> tuple[str, ...]:
    """Return the hazards, the category if it has none; never nothing."""
    category = info.category.lower()[:_MAX_HAZARD_LENGTH]
    return find_hazards(info) or (category or "alert",)


def _word(text: str) -> str | None:
    return None if text in _UNSTATED else text[:_MAX_WORD_LENGTH]


def _is_publishable(alert: CapAlert, part: Part, now: datetime, *, is_known: bool) -> bool:
    """Return True for an actual public alert that has not expired, or the end of a known one."""
    if alert.status != "actual" or alert.scope not in _PUBLIC or alert.type in _IGNORED_TYPES:
        return False
    if _is_all_clear(alert, part):
        return is_known
    expires_at = _expires_at(alert, part.info)
    has_words = bool(part.info.headline or part.info.event or part.info.description)
    return has_words and (expires_at is None or expires_at > now)


def _phase(alert: CapAlert, part: Part, now: datetime, *, was_alert: bool) -> Phase | None:
    """Return the phase; None for news, which is too minor for an alert."""
    if _is_all_clear(alert, part):
        return Phase.CLEAR if was_alert else None
    if was_alert:
        return Phase.UPDATE
    if part.level not in _ALERT_LEVELS:
        return None
    starts_at = part.info.starts_at
    return Phase.WARNING if starts_at and starts_at > now else Phase.ACTIVE


def _is_all_clear(alert: CapAlert, part: Part) -> bool:
    return alert.type == "cancel" or "allclear" in part.info.responses or part.level == "green"


def _expires_at(alert: CapAlert, info: Info) -> datetime | None:
    issued_at = alert.sent or info.starts_at
    expires_at = unless_zero(info.expires, issued_at) if issued_at else info.expires
    return expires_at or (issued_at + _DEFAULT_LIFETIME if issued_at else None)


def _regions(info: Info, region: str, *, is_clear: bool) -> tuple[str, ...]:
    """Return the areas, and what they lie in; nothing for an end without areas: it needs none."""
    pieces = (piece for area in info.areas for piece in _split(area.description))
    names = tuple(dict.fromkeys(pieces))[:_MAX_AREAS]
    references = (*geocode_references(info.areas), *shape_references(info.areas))
    if is_clear and not (names or references):
        return ()
    return (*names, *references, *map(somewhere_in, filter(None, [region])))


def _split(description: str) -> Iterator[str]:
    """Split a list of areas; a name that is too long for one region is cut at a comma."""
    for item in filter(None, _LIST_MARK.split(description)):
        remainder = item
        while len(remainder) > MAX_REGION_LENGTH and "," in remainder[1:MAX_REGION_LENGTH]:
            end = remainder.rindex(",", 1, MAX_REGION_LENGTH)
            yield remainder[:end].strip()
            remainder = remainder[end + 1 :].strip()
        yield remainder[:MAX_REGION_LENGTH]
