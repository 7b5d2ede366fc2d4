"""Scripted trouble: what a test makes the stand-in do wrong."""

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
    """Which calls a fault hits; all that is given must hold."""

    method: str  # e.g. "sendMessage"
    chat: int
    where: Callable[[Params], bool]
    times: int | None  # how often it strikes, 1 by default, None for ever
    skip: int  # how many matching calls pass before it strikes
    share: float  # 0-1, the part of the matching calls it hits


@dataclass(slots=True)
class Fault:
    """One scripted fault."""

    name: str  # for the journal
    when: When
    accepts: bool = True  # the call takes effect before the trouble
    status: int | None = None  # answered instead of the truth
    body: bytes = b""
    after: float = 0.0  # seconds before the answer
    ending: Ending = "whole"
    over: float = 0.0  # seconds a dripping answer takes
    without: frozenset[str] = frozenset()  # parameters that are silently ignored
    hits: int = 0  # how often it struck

    @property
    def spent(self) -> bool:
        """Whether it will not strike again."""
        times = self.when.get("times", 1)
        return times is not None and self.hits >= times

    def matches(self, method: str, params: Params) -> bool:
        """Whether it is meant for the call."""
        when = self.when
        return (
            when.get("method", method) == method
            and ("chat" not in when or when["chat"] == params.get("chat_id"))
            and ("where" not in when or when["where"](params))
        )


class Faults:
    """The faults that wait for their calls; the first that fits strikes.

    seed: of the generator behind `share`, so that a run can be repeated.
    """

    def __init__(self, seed: int = 1) -> None:
        self._faults: list[Fault] = []
        self._random = random.Random(seed)

    def clear(self) -> None:
        """No more faults."""
        self._faults.clear()

    def strike(self, method: str, params: Params) -> Fault | None:
        """The fault that hits the call, counted."""
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
        """Script any fault; returns it, to look at its hits."""
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
        """Answer with the status and body (bytes as they are, else as JSON) after some seconds.

        With `accepts` the call takes effect all the same.
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
        """Answer 429: wait so many seconds."""
        return self.refuse(TooManyRequests(retry_after), after=after, **when)

    def forbid(self, why: str = BLOCKED, **when: Unpack[When]) -> Fault:
        """Answer 403 with Telegram's words, the person blocked the bot by default."""
        return self.refuse(Forbidden(why), **when)

    def migrate(self, to: int, **when: Unpack[When]) -> Fault:
        """Answer that the group has a new id."""
        return self.refuse(Migrated(to), **when)

    def break_down(self, status: int = 502, **when: Unpack[When]) -> Fault:
        """Answer 5xx with a page of HTML."""
        return self.answer(status, BAD_GATEWAY, **when)

    def disconnect(self, **when: Unpack[When]) -> Fault:
        """Reset the connection; the call takes no effect."""
        return self.add(Fault("disconnect", when, accepts=False, ending="drop"))

    def drop(self, **when: Unpack[When]) -> Fault:
        """Accept the call, then reset the connection before the answer."""
        return self.add(Fault("drop", when, ending="drop"))

    def slow(self, seconds: float, **when: Unpack[When]) -> Fault:
        """Accept the call and answer it after some seconds."""
        return self.add(Fault("slow", when, after=seconds))

    def truncate(self, **when: Unpack[When]) -> Fault:
        """Accept the call, send half of the answer and close the connection."""
        return self.add(Fault("truncate", when, ending="cut"))

    def halve(self, **when: Unpack[When]) -> Fault:
        """Accept the call and answer with half a JSON, as well-formed HTTP."""
        return self.add(Fault("halve", when, ending="half"))

    def drip(self, seconds: float, **when: Unpack[When]) -> Fault:
        """Accept the call and send the answer byte by byte over some seconds."""
        return self.add(Fault("drip", when, ending="drip", over=seconds))

    def lose_thread(self, **when: Unpack[When]) -> Fault:
        """Accept the call and silently ignore its message_thread_id."""
        return self.add(Fault("lose_thread", when, without=frozenset({"message_thread_id"})))
