"""The configuration's keys from the environment: TOCSIN_TELEGRAM__TOKEN is telegram.token."""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from bot.sources.base.validation_messages import path

PREFIX = "TOCSIN_"
_BETWEEN = "__"


class Misplaced(Exception):  # noqa: N818 - said of a variable
    """A variable for a place that is not there."""

    def __init__(self, variable: str, key: str, what: str) -> None:
        super().__init__(f"{variable}: {key}: {what}")
        self.variable = variable
        self.key = key
        self.what = what


def overlay(table: dict[str, Any], environ: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Puts the variables' values into the table; which variable set which key.

    A number in a name counts within a list (TOCSIN_SOURCE__0__SECRET), where the next free number
    adds to it. A list or a table is written as JSON. Raises Misplaced.
    """
    found = {}
    for variable in sorted(environ, key=_in_order):
        if variable.startswith(PREFIX):
            steps = _steps(variable)
            try:
                _put(table, steps, _value(environ[variable]))
            except LookupError as error:
                raise Misplaced(variable, path([_number(s) for s in steps]), str(error)) from None
            found[steps] = variable
    return found


def _steps(variable: str) -> tuple[str, ...]:
    return tuple(variable.removeprefix(PREFIX).lower().split(_BETWEEN))


def _number(step: str) -> str | int:
    return int(step) if step.isdecimal() else step


def _in_order(variable: str) -> list[tuple[int, str]]:
    return [(int(step) if step.isdecimal() else -1, step) for step in _steps(variable)]


def _value(written: str) -> Any:
    if written.startswith(("[", "{")):
        try:
            return json.loads(written)
        except ValueError:
            pass
    return written


def _put(table: dict[str, Any], steps: tuple[str, ...], value: object) -> None:
    node: Any = table
    for step, following in pairwise(steps):
        node = _at(node, step, [] if following.isdecimal() else {})
    if isinstance(node, dict):
        node[steps[-1]] = value
    else:
        _at(node, steps[-1], value)
        node[int(steps[-1])] = value


def _at(node: object, step: str, empty: object) -> Any:
    """What stands there; `empty` is put there when nothing does."""
    if isinstance(node, dict):
        return node.setdefault(step, empty)
    if not isinstance(node, list) or not step.isdecimal():
        raise LookupError("no such key can stand there")
    if int(step) > len(node):
        raise LookupError(f"expected a number up to {len(node)}, the next free one")
    if int(step) == len(node):
        node.append(empty)
    return node[int(step)]
