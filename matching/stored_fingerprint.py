"""Stored fingerprint: compact JSON of a Fingerprint, so that a start reads no report again."""

import orjson

from matching.events.report import EventReport, EventWord
from matching.near_duplicates import Fingerprint
from matching.places.gazetteer import Gazetteer

_FORMAT = 1


def pack_fingerprint(fingerprint: Fingerprint) -> str:
    """Return the JSON of a fingerprint."""
    values = [
        _FORMAT,
        fingerprint.url,
        fingerprint.text_hash,
        sorted(fingerprint.places),
        fingerprint.signs,
        [list(word) for word in fingerprint.headline.words],
        [list(word) for word in fingerprint.report.words],
    ]
    return orjson.dumps(values).decode()


def unpack_fingerprint(packed: str, gazetteer: Gazetteer) -> Fingerprint | None:
    """Return the fingerprint that pack_fingerprint() wrote; None for one of another format."""
    format_number, *values = orjson.loads(packed)
    if format_number != _FORMAT:
        return None
    url, text_hash, codes, signs, headline, report = values
    return Fingerprint(
        url=url,
        text_hash=text_hash,
        places={code: frozenset((code, *gazetteer.ancestors(code))) for code in codes},
        signs=signs,
        headline=EventReport.of(EventWord(*word) for word in headline),
        report=EventReport.of(EventWord(*word) for word in report),
    )
