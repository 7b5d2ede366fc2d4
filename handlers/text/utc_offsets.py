"""UTC offsets: GMT+3, UTC−02:00, MSK+2 and CEST as IANA zones, and their titles. Pure."""

import re
from datetime import timedelta

_OFFSET = re.compile(
    r"(?P<base>gmt|utc|msk|гмт|утц|мск|)\s*(?P<sign>[+\-−–—‐‑﹣－＋±])\s*"
    r"(?P<hours>[0-9]{1,2})(?:[:.]?(?P<minutes>[0-9]{2})|[.,](?P<tenths>[05]))?"
)
_BASE_HOURS = {"msk": 3, "мск": 3}
_LEAST, _MOST = timedelta(hours=-12), timedelta(hours=14)
_ETC_ZONE = re.compile(r"Etc/GMT([+-])([0-9]+)")

# IANA has fixed-offset zones for whole hours only; these places never change their clocks.
_PLACES_BY_MINUTES = {
    -570: "Pacific/Marquesas",
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
}

# Abbreviations that are not names of IANA zones. Those of summer time are offsets too.
_ABBREVIATIONS = {
    "гмт": "UTC",
    "утц": "UTC",
    "z": "UTC",
    "msk": "Europe/Moscow",
    "мск": "Europe/Moscow",
    "samt": "Europe/Samara",
    "yekt": "Asia/Yekaterinburg",
    "trt": "Europe/Istanbul",
    "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    **dict.fromkeys(("bst", "west", "wat"), "Etc/GMT-1"),
    **dict.fromkeys(("cest", "mest", "mesz", "sast", "cat"), "Etc/GMT-2"),
    **dict.fromkeys(("eest", "eat"), "Etc/GMT-3"),
    "mez": "CET",
    "gst": "Etc/GMT-4",
    "aest": "Etc/GMT-10",
    "aedt": "Etc/GMT-11",
    "nzst": "Etc/GMT-12",
    "nzdt": "Etc/GMT-13",
    "brt": "Etc/GMT+3",
    **dict.fromkeys(("ast", "edt"), "Etc/GMT+4"),
    "cdt": "Etc/GMT+5",
    **dict.fromkeys(("cst", "mdt"), "Etc/GMT+6"),
    "pdt": "Etc/GMT+7",
    **dict.fromkeys(("pst", "akdt"), "Etc/GMT+8"),
    "akst": "Etc/GMT+9",
    # These are names of IANA zones too, but without the summer time of most who write them.
    "est": "Etc/GMT+5",
    "mst": "Etc/GMT+7",
}


def find_zone(text: str) -> str | None:
    """Return the IANA name for an offset or an abbreviation; None for any other text.

    The names Etc/GMT-3 and the like have the opposite sign of what people write: GMT+3.
    """
    name = text.strip().casefold()
    match = _OFFSET.fullmatch(name)
    if match is None:
        return _ABBREVIATIONS.get(name)
    minutes = int(match["minutes"] or 0) + 6 * int(match["tenths"] or 0)
    offset = timedelta(hours=int(match["hours"]), minutes=minutes)
    offset = offset if match["sign"] in "+＋±" else -offset
    offset += timedelta(hours=_BASE_HOURS.get(match["base"], 0))
    if not _LEAST <= offset <= _MOST:
        return None
    hours, remainder = divmod(offset, timedelta(hours=1))
    if remainder:
        return _PLACES_BY_MINUTES.get(offset // timedelta(minutes=1))
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


def is_offset(text: str) -> bool:
    """Return whether a text has the form of an offset, even of one that no zone has."""
    return _OFFSET.fullmatch(text.strip().casefold()) is not None


def zone_title(zone: str) -> str:
    """Return what people call a zone: UTC+3 for Etc/GMT-3, other names unchanged."""
    match = _ETC_ZONE.fullmatch(zone)
    if match is None:
        return zone
    sign = "−" if match[1] == "+" else "+"
    return f"UTC{sign}{int(match[2])}" if int(match[2]) else "UTC"
