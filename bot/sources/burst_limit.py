"""Too much at once is no news but an outage that is over, or a mishap: pure.

After an outage a source has all it said meanwhile, and when a site gives all its entries new ids,
everything it has is new again. The newest are pushed; the others are stored as if they had always
been there, and one bulletin says what they were.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.sources.core.source import Batch
from storage.inbound.bulletins import Bulletin, Kind

MOST_NEW = 20
"""Bulletins of one poll that are taken for news."""

_MOST_NAMED = 30
_LONGEST_NAME = 100  # code points


def capped(batch: Batch) -> tuple[Batch, ...]:
    """The batch, or the surplus as a baseline and then the rest. The cursor comes last."""
    surplus = len(batch.bulletins) - MOST_NEW
    if batch.baseline or batch.many or surplus <= 0:
        return (batch,)
    missed, news = batch.bulletins[:surplus], batch.bulletins[surplus:]
    return (
        replace(batch, bulletins=missed, cursor=None, baseline=True),
        replace(batch, bulletins=(_summary(missed), *news)),
    )


def _summary(missed: Sequence[Bulletin]) -> Bulletin:
    """Which they were, the newest first: who follows one of them hears that it was."""
    last = missed[-1]
    named = [(one.title or one.text)[:_LONGEST_NAME] for one in reversed(missed)]
    left = len(named) - _MOST_NAMED
    more = [f"… and {left} more"] if left > 0 else []
    return Bulletin(
        source=last.source,
        key=f"missed@{last.received_at.isoformat()}",
        title=f"{len(missed)} earlier reports came at once",
        text="\n".join(["Not sent one by one:", *named[:_MOST_NAMED], *more]),
        lang="en",
        kind=Kind.NEWS,
        received_at=last.received_at,
    )
