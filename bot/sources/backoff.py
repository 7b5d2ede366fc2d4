"""How long a source is left alone: a pure decision."""

from datetime import timedelta

from bot.sources.core.source import SourceError

LONGEST_BACKOFF = timedelta(minutes=15)
# What is asked often is wanted soon: an alert service that is back shall not be asked a quarter of
# an hour later.
_MOST_DOUBLED = 8  # times the interval
_LEAST_BACKOFF = timedelta(minutes=1)
_JITTER = 0.1  # of the pause: many sources, or many installations, shall not ask in step


def pause(every: timedelta, errors: int, error: SourceError | None, chance: float) -> timedelta:
    """Until the next poll, after `errors` failed ones in a row, the last of them with `error`.

    `chance` is a random number from 0 to 1.
    """
    if errors == 0:
        return every * (1 + _JITTER * (2 * chance - 1))
    longest = min(max(every * _MOST_DOUBLED, _LEAST_BACKOFF), LONGEST_BACKOFF)
    waits = max(every, min(every * (1 << min(errors - 1, 16)), longest))
    if error is not None and error.retry_after is not None:
        waits = max(waits, error.retry_after)
    return waits * (1 + _JITTER * chance)
