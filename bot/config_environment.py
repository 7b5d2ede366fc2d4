"""Environment overlay of the configuration: TOCSIN_TELEGRAM__TOKEN sets telegram.token."""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from bot.validation_messages import format_path

PREFIX = "TOCSIN_"
_SEPARATOR = "__"


class MisplacedVariable(Exception):  # noqa: N818 - it describes the variable
    """Variable whose name leads to no key."""

    def __init__(self, variable: str, key: str, problem: str) -> None:
        super().__init__(f"{variable}: {key}: {problem}")
        self.variable = variable
        self.key = key
        self.problem = problem


def overlay(table: dict[str, Any], environ: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Write the variables' values into the table; return the variable that set each key.

    A number in a name is an index into a list (TOCSIN_SOURCE__0__SECRET); the next free number
    appends. A list or a table is given as JSON. Raises MisplacedVariable.
    """
    variables = {}
    for variable in sorted(environ, key=_sort_key):
        if variable.startswith(PREFIX):
            steps = _steps(variable)
            try:
                _put(table, steps, _value(environ[variable]))
            except LookupError as error:
                raise MisplacedVariable(
                    variable, format_path([_number(s) for s in steps]), str(error)
                ) from None
            variables[steps] = variable
    return variables


def _steps(variable: str) -> tuple[str, ...]:
    return tuple(variable.removeprefix(PREFIX).lower().split(_SEPARATOR))


def _number(step: str) -> str | int:
    return int(step) if step.isdecimal() else step


def _sort_key(variable: str) -> list[tuple[int, str]]:
    return [(int(step) if step.isdecimal() else -1, step) for step in _steps(variable)]


def _value(text: str) -> Any:
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError:
            pass
    return text


def _put(table: dict[str, Any], steps: tuple[str, ...], value: object) -> None:
    node: Any = table
    for step, following in pairwise(steps):
        node = _child(node, step, [] if following.isdecimal() else {})
    if isinstance(node, dict):
        node[steps[-1]] = value
    else:
        _child(node, steps[-1], value)
        node[int(steps[-1])] = value


def _child(node: object, step: str, empty: object) -> Any:
    """Return the child at `step`; insert `empty` if there is none."""
    if isinstance(node, dict):
        return node.setdefault(step, empty)
    if not isinstance(node, list) or not step.isdecimal():
        raise LookupError("no such setting")
    if int(step) > len(node):
        raise LookupError(f"expected an index of at most {len(node)}, the next free one")
    if int(step) == len(node):
        node.append(empty)
    return node[int(step)]
