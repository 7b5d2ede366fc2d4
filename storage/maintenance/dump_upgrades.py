"""Upgrades of older dumps to the current schema: one step for each migration since 0011."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class UnknownRevision(Exception):  # noqa: N818 - names the state of the dump
    """A dump's revision cannot be upgraded to the current one."""


@dataclass(frozen=True)
class DumpUpgrade:
    """Effect of one migration on a dump. Renamed columns need none: rows are lists of values."""

    renamed_tables: Mapping[str, str] = field(default_factory=dict)  # old name -> new name
    # By table: position of the first added column, and the values of all that follow each other.
    added_columns: Mapping[str, tuple[int, tuple[Any, ...]]] = field(default_factory=dict)


# By migration revision. Every new migration needs an entry, else older backups are refused.
_UPGRADES: Mapping[str, DumpUpgrade] = {
    "0012": DumpUpgrade(added_columns={"delivery": (5, (None,))}),
    "0013": DumpUpgrade(
        renamed_tables={
            "astray": "lost_topic",
            "carried": "digest_carryover",
            "crowd": "incident_audience",
            "fold": "duplicate",
            "held": "digest_entry",
            "hold": "flood_wait",
            "hush": "mute_snapshot",
            "hushed": "quiet_entry",
            "missed": "missed_alert",
            "quiet": "quiet_state",
            "steward": "channel_manager",
            "wish": "alert_preference",
        }
    ),
    "0014": DumpUpgrade(),  # adds an empty table
    "0015": DumpUpgrade(),  # adds a table that is not dumped
    "0016": DumpUpgrade(added_columns={"reading": (5, (None,))}),
    "0017": DumpUpgrade(added_columns={"bulletin": (11, (None,) * 7)}),
    "0018": DumpUpgrade(),  # adds empty tables
    "0019": DumpUpgrade(added_columns={"subscription": (6, (None, False))}),
}


def upgrades_between(revision: str, current: str) -> list[DumpUpgrade]:
    """Return the upgrades from a dump's revision to the current one, in order.

    Raises UnknownRevision for a newer dump, and for one that is too old.
    """
    if revision == current:
        return []
    if not (revision.isdecimal() and current.isdecimal() and int(revision) < int(current)):
        raise UnknownRevision(revision)
    needed = [f"{number:04}" for number in range(int(revision) + 1, int(current) + 1)]
    if any(step not in _UPGRADES for step in needed):
        raise UnknownRevision(revision)
    return [_UPGRADES[step] for step in needed]


def upgrade_table_name(name: str, upgrades: Sequence[DumpUpgrade]) -> str:
    """Return the current name of a table."""
    for upgrade in upgrades:
        name = upgrade.renamed_tables.get(name, name)
    return name


def upgrade_row(
    name: str, values: list[Any], upgrades: Sequence[DumpUpgrade]
) -> tuple[str, list[Any]]:
    """Return a row, given as its table's name and its values, in the current schema."""
    for upgrade in upgrades:
        if name in upgrade.added_columns:
            position, added = upgrade.added_columns[name]
            values = [*values[:position], *added, *values[position:]]
        name = upgrade.renamed_tables.get(name, name)
    return name, values
