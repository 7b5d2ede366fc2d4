"""Date parser: reads the dates of feeds, which hardly keep to RFC 5322 or ISO 8601.

A date that is ambiguous, such as 03/04/2026, is no date: a wrong one would make fresh news old.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from bot.sources.parsing.lenient_json import as_time

_MAX_LENGTH = 100  # code points
# Beginnings of the names of months; the longest one that fits decides.
_MONTHS = (
    "jan січ янв gen ene sty led sau ian",
    "feb fév лют фев lut úno",
    "mar mär mär бер мар mrz mrt bře",
    "apr avr кві апр abr kwi dub",
    "may mai тра мая май mag maj mei kvě",
    "jun juin чер июн giu cze čvn июнь",
    "jul juil лип июл lug lip čvc июль",
    "aug aoû сер авг ago sie srp",
    "sep вер сен set wrz zář",
    "oct okt жов окт ott paź říj out",
    "nov лис ноя lis",
    "dec dez déc гру дек dic gru pro",
)
_MONTH_NUMBERS = {
    name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()
}
# Zones that mean one offset only; hours east of UTC. Others are read as UTC.
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0.0),
    **dict.fromkeys(("cet", "met", "mez", "west", "bst"), 1.0),
    **dict.fromkeys(("cest", "mest", "mesz", "eet"), 2.0),
    **dict.fromkeys(("eest", "msk", "trt"), 3.0),
    "gst": 4.0,
    "pkt": 5.0,
    "sgt": 8.0,
    "hkt": 8.0,
    "awst": 8.0,
    "jst": 9.0,
    "kst": 9.0,
    "aest": 10.0,
    "aedt": 11.0,
    "nzst": 12.0,
    "nzdt": 13.0,
    "nst": -3.5,
    "ndt": -2.5,
    "edt": -4.0,
    "est": -5.0,
    "cdt": -5.0,
    "cst": -6.0,
    "mdt": -6.0,
    "mst": -7.0,
    "pdt": -7.0,
    "pst": -8.0,
    "akdt": -8.0,
    "akst": -9.0,
    "hst": -10.0,
    "brt": -3.0,
}
_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:[.,]\d+)?(?![\d])"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(
    r"(?:^|\s|gmt|utc|ut|z)\(?(?P<sign>[+\-\u2212])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?(?![\d-])",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(.*)", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![^\W\d_])\d+")  # not PST8PDT


def parse_date(text: str) -> datetime | None:
    """Return the time in UTC, None if it cannot be read. Without a zone it is UTC."""
    words = " ".join(text.split())
    if not words or len(words) > _MAX_LENGTH:
        return None
    try:
        time = _parse_unix(words) or as_time(words) or _parse_compact(words) or _parse(words)
        return time and time.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _parse_unix(words: str) -> datetime | None:
    """Read seconds or milliseconds since 1970."""
    if not words.isascii() or not words.isdigit() or len(words) not in {10, 13}:
        return None
    return datetime.fromtimestamp(int(words[:10]), UTC)


def _parse_compact(words: str) -> datetime | None:
    match = _COMPACT.fullmatch(words)
    if match is None or _WORD.search(match[7].replace("Z", "").replace("T", "")):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    return datetime(year, month, day, hour, minute, second, tzinfo=_zone(match[7]))


def _parse(words: str) -> datetime | None:
    """Read a date with the time in any place."""
    match = _clock(words)
    before, after = (words[: match.start()], words[match.end() :]) if match else (words, "")
    day = _numeric_day(f"{before} {after}") or _named_day(f"{before} {_OFFSET.sub(' ', after)}")
    if day is None:
        return None
    midnight = datetime(*day, tzinfo=_zone(after))
    return midnight + (_since_midnight(match) if match else timedelta())


def _clock(words: str) -> re.Match[str] | None:
    """Find the time of day; 29.11.2026 has none."""
    return next((item for item in _TIME.finditer(words) if ":" in item[0] or item["half"]), None)


def _since_midnight(match: re.Match[str]) -> timedelta:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if half := (match["half"] or "").lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or second > 60:  # 24:00 and leap seconds exist
        raise ValueError(match[0])
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _numeric_day(words: str) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.search(words):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _YEAR_LAST.search(words):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] != "/" or first > 12:
            return year, second, first
        if second > 12 or first == second:
            return year, first, second
    return None


def _named_day(words: str) -> tuple[int, int, int] | None:
    """Read a day with the name of its month, in any order.

    The last name counts: names of weekdays, such as the Italian "mar", are like those of months.
    """
    months = [month for word in _WORD.findall(words) if (month := _month(word))]
    numbers = _NUMBER.findall(words)
    if not months or len(numbers) != 2:
        return None
    day, year = sorted(numbers, key=len) if len(numbers[0]) > 2 else numbers
    return _full_year(year), months[-1], int(day)


def _full_year(year: str) -> int:
    """Return the year; one of two digits as RFC 5322, 4.3, says."""
    number = int(year)
    return number if len(year) > 2 else number + (2000 if number < 50 else 1900)


def _month(word: str) -> int | None:
    name = word.casefold()
    return next(
        (_MONTH_NUMBERS[name[:length]] for length in (4, 3) if name[:length] in _MONTH_NUMBERS),
        None,
    )


def _zone(words: str) -> timezone:
    if match := _OFFSET.search(words):
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        return timezone(timedelta(minutes=minutes if match["sign"] == "+" else -minutes))
    names = (name for name in map(str.casefold, _WORD.findall(words)) if name in _ZONES)
    return timezone(timedelta(hours=_ZONES[next(names, "utc")]))
