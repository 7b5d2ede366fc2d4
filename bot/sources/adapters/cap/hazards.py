"""Hazards of CAP alerts: by event code, else by event name, headline and category. Pure.

The table is matching/data/hazards.toml.
"""

from collections.abc import Iterator

from bot.sources.adapters.cap.alert import Info
from matching.topics.hazards import hazard_tree

_TREE = hazard_tree()
_SYSTEMS = {"same": "same", "ii": "dwd", "group": "dwd_group", "awareness_type": "awareness"}
"""Systems of codes in the table, by valueName in lower case."""

_BBK_PREFIX = "profile:de-bbk-eventcode"


def find_hazards(info: Info) -> tuple[str, ...]:
    """Return the hazards that an info is about, most specific only; empty if it does not say.

    The first of these that is known decides: its codes, the name of the event, the headline, the
    category.
    """
    for candidates in _candidates(info):
        if hazards := _TREE.most_specific(candidates):
            return hazards
    return ()


def _candidates(info: Info) -> Iterator[tuple[str, ...]]:
    for name, value in info.event_codes:
        folded = name.lower()
        system = "bbk" if folded.startswith(_BBK_PREFIX) else _SYSTEMS.get(folded, "")
        yield _TREE.find_by_code(system, value.partition(";")[0])
    yield _TREE.find_in_event(info.event)
    yield _TREE.find_in_event(info.headline)
    yield _TREE.find_by_code("category", info.category)
