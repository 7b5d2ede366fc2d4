"""Containers of CAP areas: the country or state that the codes of an area begin with. Pure.

A code names a county or a forecast zone, which the gazetteer does not have. Its first letters or
digits name what contains it: NUTS, EMMA_ID and ISO 3166-2 begin with the country, the UGC of the
NWS with the state, SAME and FIPS with the number of the state.
"""

import re
from collections.abc import Iterable, Iterator

from bot.sources.adapters.cap.alert import Area

_COUNTRY_CODE = re.compile(r"([A-Z]{2})(?:[-_. ]?[A-Z0-9]{1,10})?")
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_UGC = re.compile(r"([A-Z]{2})[CZ](?:\d{3}|ALL)")
_FIPS = re.compile(r"\d?(\d\d)\d{3}")
_BY_LETTERS = ("nuts", "emma", "iso 3166", "iso3166", "country")
_BY_SYSTEM = {"warncellid": "DE", "clc": "CA", "cap-cp": "CA", "sgc": "CA", "teryt": "PL"}
_ALIASES = {"EL": "GR", "UK": "GB"}  # of the EU, in NUTS
_TERRITORIES = frozenset(("AS", "GU", "MP", "PR", "VI"))  # countries in ISO 3166
# FIPS 5-2: letters and number of each state and territory.
_STATES = (
    "AL01 AK02 AZ04 AR05 CA06 CO08 CT09 DE10 DC11 FL12 GA13 HI15 ID16 IL17 IN18 IA19 KS20 KY21 "
    "LA22 ME23 MD24 MA25 MI26 MN27 MS28 MO29 MT30 NE31 NV32 NH33 NJ34 NM35 NY36 NC37 ND38 OH39 "
    "OK40 OR41 PA42 RI44 SC45 SD46 TN47 TX48 UT49 VT50 VA51 WA53 WV54 WI55 WY56 AS60 GU66 MP69 "
    "PR72 VI78"
)
_STATE_BY_NUMBER = {item[2:]: item[:2] for item in _STATES.split()}
_STATE_LETTERS = frozenset(_STATE_BY_NUMBER.values())


def containers_of(areas: Iterable[Area]) -> tuple[str, ...]:
    """Return the codes of the countries and states that the areas lie in, by their own codes."""
    codes = (
        code for area in areas for name, value in area.geocodes for code in _codes(name, value)
    )
    return tuple(dict.fromkeys(codes))


def _codes(name: str, value: str) -> Iterator[str]:
    """Yield the containers of one geocode; some publishers list several codes in one value."""
    system = name.lower()
    for item in re.split(r"[\s,;]+", value.upper()):
        if "ugc" in system and (match := _UGC.fullmatch(item)):
            yield _american(match[1])
        elif ("same" in system or "fips" in system) and (match := _FIPS.fullmatch(item)):
            yield _american(_STATE_BY_NUMBER.get(match[1], ""))
        elif country := next((code for key, code in _BY_SYSTEM.items() if key in system), None):
            yield country
        elif _is_by_letters(system, item) and (match := _COUNTRY_CODE.fullmatch(item)):
            yield _ALIASES.get(match[1], match[1])


def _is_by_letters(system: str, item: str) -> bool:
    return any(name in system for name in _BY_LETTERS) or bool(_SUBDIVISION.fullmatch(item))


def _american(state: str) -> str:
    """Return the code of a state or territory; waters and unknown letters belong to the USA."""
    if state in _TERRITORIES:
        return state
    return f"US-{state}" if state in _STATE_LETTERS else "US"
