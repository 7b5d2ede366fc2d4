"""Loader of the built-in topics: reads and validates matching/data/topics.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from matching.topics.cues import Cue
from matching.topics.hazards import HazardTree, hazard_tree
from matching.topics.topic import Topic


class TopicsFileError(ValueError):
    """Error in topics.toml: names the table, the key and the expected value."""


@dataclass(frozen=True, slots=True)
class _Key:
    """Key of a table."""

    kind: type
    expected: str
    is_required: bool = False


_TABLES = {
    "cue": _Key(list, "[[cue]] tables", is_required=True),
    "topic": _Key(list, "[[topic]] tables", is_required=True),
}
_NAME = _Key(str, "a string", is_required=True)
_OPTIONAL_KEYS = {
    "excluded": _Key(str, "words and phrases separated by commas"),
    "negated_by": _Key(str, "names of cues separated by spaces"),
    "negated_after": _Key(str, "names of cues separated by spaces"),
    "alert_state": _Key(bool, "true or false"),
}
_WORDS = "words and phrases separated by commas"
_CUE_KEYS = {"name": _NAME, "words": _Key(str, _WORDS, is_required=True)} | _OPTIONAL_KEYS
_TOPIC_KEYS = {
    "name": _NAME,
    "title": _Key(dict, "a table of titles: language = string, with en", is_required=True),
    "words": _Key(str, _WORDS),
    "sentence": _Key(str, "a query over cues"),
} | _OPTIONAL_KEYS


def load() -> tuple[list[Topic], list[Cue]]:
    """Load the built-in topics and cues; the titles of hazards are in the hazard tree.

    Raises TopicsFileError.
    """
    text = (files("matching") / "data" / "topics.toml").read_text("utf-8")
    return parse(text, hazard_tree())


def parse(text: str, hazards: HazardTree | None = None) -> tuple[list[Topic], list[Cue]]:
    """Parse a topics file into its topics and cues. Each topic is also a cue.

    A topic that is one of the hazards has its title from there. Raises TopicsFileError for an
    unknown key, a missing one, or a value of another type; tomllib.TOMLDecodeError for a text that
    is not TOML.
    """
    data = tomllib.loads(text)
    _check("top level", data, _TABLES)
    for number, table in enumerate(data["cue"], start=1):
        _check(_label("cue", number, table), table, _CUE_KEYS)
    for number, table in enumerate(data["topic"], start=1):
        label = _label("topic", number, table)
        if hazards and (hazard := hazards.get(str(table.get("name")))):
            table.setdefault("title", dict(hazard.titles))
        _check(label, table, _TOPIC_KEYS)
        _check_titles(label, table["title"])
        if "words" not in table and "sentence" not in table:
            raise TopicsFileError(
                f"topics.toml: {label}: no key 'words' and no key 'sentence'; "
                "expected at least one of them"
            )
    cues = [_parse_cue(table) for table in (*data["cue"], *data["topic"])]
    return [_parse_topic(table) for table in data["topic"]], cues


def _label(kind: str, number: int, table: Mapping[str, Any]) -> str:
    name = table.get("name")
    return f"{kind} {name!r}" if name else f"{kind} number {number}"


def _check(label: str, table: Mapping[str, Any], keys: Mapping[str, _Key]) -> None:
    for name, value in table.items():
        if name not in keys:
            expected = ", ".join(sorted(keys))
            raise TopicsFileError(
                f"topics.toml: {label}: unknown key {name!r}; expected one of {expected}"
            )
        if not isinstance(value, keys[name].kind):
            raise TopicsFileError(
                f"topics.toml: {label}: key {name!r}: expected {keys[name].expected}"
            )
    for name, key in keys.items():
        if key.is_required and not table.get(name):
            raise TopicsFileError(
                f"topics.toml: {label}: missing key {name!r}; expected {key.expected}"
            )


def _check_titles(label: str, titles: Mapping[str, Any]) -> None:
    if "en" not in titles or not all(isinstance(title, str) for title in titles.values()):
        raise TopicsFileError(
            f"topics.toml: {label}: key 'title': expected {_TOPIC_KEYS['title'].expected}"
        )


def _parse_topic(table: Mapping[str, Any]) -> Topic:
    rule = table.get("sentence", f"#{table['name']}")
    return Topic(table["name"], titles=table["title"], sentence_rule=rule)


def _parse_cue(table: Mapping[str, Any]) -> Cue:
    return Cue(
        name=table["name"],
        words=table.get("words", ""),
        excluded_phrases=table.get("excluded", ""),
        negated_by=frozenset(table.get("negated_by", "").split()),
        negated_after=frozenset(table.get("negated_after", "").split()),
        is_alert_state=table.get("alert_state", False),
    )
