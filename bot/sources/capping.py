"""Too much at once is no news but a mishap: pure.

When a site gives all its entries new ids, everything it has is new again. The newest are pushed,
the others are stored as if they had always been there.
"""

from dataclasses import replace

from bot.sources.source import Batch

MOST_NEW = 20
"""Bulletins of one poll that are taken for news."""


def capped(batch: Batch) -> tuple[Batch, ...]:
    """The batch, or the surplus as a baseline and then the rest. The cursor comes last."""
    surplus = len(batch.bulletins) - MOST_NEW
    if batch.baseline or batch.many or surplus <= 0:
        return (batch,)
    return (
        replace(batch, bulletins=batch.bulletins[:surplus], cursor=None, baseline=True),
        replace(batch, bulletins=batch.bulletins[surplus:]),
    )
