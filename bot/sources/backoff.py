"""Poll backoff: delay until a source's next poll. Pure."""

from datetime import timedelta

from bot.sources.core.errors import Outdated, SourceError

MAX_BACKOFF = timedelta(minutes=15)
# A short interval means that the source is urgent: an alert service that is back must not wait a
# quarter of an hour for its next poll.
_MAX_INTERVALS = 8
_MIN_BACKOFF_LIMIT = timedelta(minutes=1)
_JITTER = 0.1  # of the delay: many sources, or many installations, must not poll in step


def poll_delay(
    every: timedelta, errors: int, error: SourceError | None, random_fraction: float
) -> timedelta:
    """Return the delay after `errors` failed polls in a row, the last of them with `error`.

    `random_fraction` is a random number from 0 to 1.
    """
    if errors == 0 or isinstance(error, Outdated):
        return every * (1 + _JITTER * (2 * random_fraction - 1))
    limit = min(max(every * _MAX_INTERVALS, _MIN_BACKOFF_LIMIT), MAX_BACKOFF)
    delay = max(every, min(every * (1 << min(errors - 1, 16)), limit))
    if error is not None and error.retry_after is not None:
        delay = max(delay, error.retry_after)
    return delay * (1 + _JITTER * random_fraction)
