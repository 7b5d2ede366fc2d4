"""Fault injection: scripted failures of the stand-in."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Unpack

import orjson

from bot.standin.errors import BLOCKED, ApiError, Forbidden, Migrated, TooManyRequests
from bot.standin.params import Params

Ending = Literal["whole", "half", "cut", "drop", "drip"]
"""How the answer leaves: whole; half of it as if it were whole; half of it, then the connection
is closed; nothing, the connection is reset; byte by byte."""

BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class When(TypedDict, total=False):
    """Condition for the calls that a fault hits; every given field must match."""

    method: str  # e.g. "sendMessage"
    chat: int
    where: Callable[[Params], bool]
    times: int | None  # number of hits; None: no limit
    skip: int  # number of matching calls that pass first
    share: float  # 0-1, fraction of the matching calls to hit


@dataclass(slots=True)
class Fault:
    """Scripted fault."""

    name: str  # name in the journal
    when: When
    accepts: bool = True  # the call takes effect before the failure
    status: int | None = None  # response in place of the real one
    body: bytes = b""
    after: float = 0.0  # seconds before the response
    ending: Ending = "whole"
    over: float = 0.0  # duration of a slow response, in seconds
    without: frozenset[str] = frozenset()  # parameters to ignore silently
    hits: int = 0  # hits so far

    @property
    def spent(self) -> bool:
        """True if the fault has no hits left."""
        times = self.when.get("times", 1)
        return times is not None and self.hits >= times

    def matches(self, method: str, params: Params) -> bool:
        """Return whether the fault applies to the call."""
        when = self.when
        return (
            when.get("method", method) == method
            and ("chat" not in when or when["chat"] == params.get("chat_id"))
            and ("where" not in when or when["where"](params))
        )


class Faults:
    """Pending faults; the first that matches a call hits it.

    seed: seed of the random generator behind `share`, for repeatable runs.
    """

    def __init__(self, seed: int = 1) -> None:
        self._faults: list[Fault] = []
        self._random = random.Random(seed)

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def strike(self, method: str, params: Params) -> Fault | None:
        """Return the fault that hits the call, and count the hit."""
        for fault in self._faults:
            if not fault.matches(method, params) or fault.spent:
                continue
            if fault.when.get("skip", 0) > 0:
                fault.when["skip"] -= 1
                continue
            if self._random.random() >= fault.when.get("share", 1.0):
                continue
            fault.hits += 1
            return fault
        return None

    def add(self, fault: Fault) -> Fault:
        """Add a fault, and return it."""
        self._faults.append(fault)
        return fault

    def answer(
        self,
        status: int,
        body: Any,
        *,
        accepts: bool = False,
        after: float = 0.0,
        **when: Unpack[When],
    ) -> Fault:
        """Answer with the status and body (bytes unchanged, others as JSON) after some seconds.

        With `accepts` the call takes effect.
        """
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.add(
            Fault("answer", when, accepts=accepts, status=status, body=raw, after=after)
        )

    def refuse(self, error: ApiError, *, after: float = 0.0, **when: Unpack[When]) -> Fault:
        """Answer with one of Telegram's errors."""
        fault = self.answer(error.status, error.body(), after=after, **when)
        fault.name = type(error).__name__
        return fault

    def flood(self, retry_after: int, *, after: float = 0.0, **when: Unpack[When]) -> Fault:
        """Answer 429 with retry_after in seconds."""
        return self.refuse(TooManyRequests(retry_after), after=after, **when)

    def forbid(self, why: str = BLOCKED, **when: Unpack[When]) -> Fault:
        """Answer 403 with Telegram's wording; by default for a bot blocked by the user."""
        return self.refuse(Forbidden(why), **when)

    def migrate(self, to: int, **when: Unpack[When]) -> Fault:
        """Answer that the group has migrated to a new id."""
        return self.refuse(Migrated(to), **when)

    def break_down(self, status: int = 502, **when: Unpack[When]) -> Fault:
        """Answer 5xx with an HTML page."""
        return self.answer(status, BAD_GATEWAY, **when)

    def disconnect(self, **when: Unpack[When]) -> Fault:
        """Reset the connection; the call takes no effect."""
        return self.add(Fault("disconnect", when, accepts=False, ending="drop"))

    def drop(self, **when: Unpack[When]) -> Fault:
        """Accept the call, then reset the connection before the response."""
        return self.add(Fault("drop", when, ending="drop"))

    def slow(self, seconds: float, **when: Unpack[When]) -> Fault:
        """Accept the call and answer after some seconds."""
        return self.add(Fault("slow", when, after=seconds))

    def truncate(self, **when: Unpack[When]) -> Fault:
        """Accept the call, send half of the response and close the connection."""
        return self.add(Fault("truncate", when, ending="cut"))

    def halve(self, **when: Unpack[When]) -> Fault:
        """Accept the call and answer with half a JSON, as well-formed HTTP."""
        return self.add(Fault("halve", when, ending="half"))

    def drip(self, seconds: float, **when: Unpack[When]) -> Fault:
        """Accept the call and send the response byte by byte over some seconds."""
        return self.add(Fault("drip", when, ending="drip", over=seconds))

    def lose_thread(self, **when: Unpack[When]) -> Fault:
        """Accept the call and silently ignore its message_thread_id."""
        return self.add(Fault("lose_thread", when, without=frozenset({"message_thread_id"})))
