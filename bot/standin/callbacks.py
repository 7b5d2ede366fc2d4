"""Callback queries: presses of inline buttons, and the bot's answers to them."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from bot.standin.change_event import ChangeEvent
from bot.standin.errors import QUERY_TOO_OLD, BadRequest

# Telegram publishes no figure; bots report refusals after some minutes.
LIFETIME = 15 * 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Toast:
    """Notification that answerCallbackQuery shows to the person who pressed."""

    text: str  # empty: only stops the button's spinner
    alert: bool = False  # shown as a dialog
    url: str | None = None


class Press:
    """Press of a button, answered at most once."""

    def __init__(self, query_id: str, person: int, pressed_at: float) -> None:
        self.query_id = query_id
        self.person = person  # user id
        self.pressed_at = pressed_at  # monotonic seconds
        self.update_id: int | None = None
        self.toast: Toast | None = None
        self._changed = ChangeEvent()

    async def answered(self, timeout: float = 180.0) -> Toast:  # noqa: ASYNC109 - convenient
        """Wait for the bot's answer; raise TimeoutError if there is none."""
        await self._changed.wait_until(lambda: self.toast is not None, timeout)
        assert self.toast is not None  # noqa: S101 - tells mypy what was just waited for
        return self.toast

    async def answer(self, toast: Toast) -> None:
        """Show the answer."""
        self.toast = toast
        await self._changed.notify()


class Callbacks:
    """Unanswered presses. An id works once, and expires.

    clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._open: dict[str, Press] = {}
        self._ids = itertools.count(4_000_000_000_000_001)

    def press(self, person: int) -> Press:
        """Start a press by the user with this id."""
        press = Press(str(next(self._ids)), person, self._clock())
        self._open[press.query_id] = press
        return press

    async def answer(self, query_id: str, toast: Toast) -> None:
        """Answer a press; raise BadRequest if it is unknown, answered or too old."""
        press = self._open.pop(query_id, None)
        if press is None or self._clock() - press.pressed_at > LIFETIME:
            raise BadRequest(QUERY_TOO_OLD)
        await press.answer(toast)
