"""Burst limit: push the newest 20 bulletins of a poll, store and summarise the rest. Pure.

After an outage a source delivers all that it missed, and a site that gives its entries new ids
makes all of them new again. The surplus is stored as a baseline, and one bulletin lists it.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.sources.core.source import Batch
from storage.inbound.bulletins import Bulletin, Kind

MAX_PUSHED = 20
"""Bulletins of one poll that are pushed."""

_MAX_LISTED = 30
_MAX_NAME_LENGTH = 100  # code points


def limit_burst(batch: Batch) -> tuple[Batch, ...]:
    """Return the batch, or its surplus as a baseline and then the rest, which has the cursor."""
    surplus_count = len(batch.bulletins) - MAX_PUSHED
    if batch.is_baseline or batch.can_burst or surplus_count <= 0:
        return (batch,)
    surplus, pushed = batch.bulletins[:surplus_count], batch.bulletins[surplus_count:]
    return (
        replace(batch, bulletins=surplus, cursor=None, is_baseline=True),
        replace(batch, bulletins=(_summary(surplus), *pushed)),
    )


def _summary(surplus: Sequence[Bulletin]) -> Bulletin:
    """List the surplus, newest first, so that subscriptions to any of them match the summary."""
    last = surplus[-1]
    names = [(item.title or item.text)[:_MAX_NAME_LENGTH] for item in reversed(surplus)]
    unlisted = len(names) - _MAX_LISTED
    more = [f"… and {unlisted} more"] if unlisted > 0 else []
    return Bulletin(
        source=last.source,
        key=f"missed@{last.received_at.isoformat()}",
        title=f"{len(surplus)} earlier reports came at once",
        text="\n".join(["Not sent one by one:", *names[:_MAX_LISTED], *more]),
        lang="en",
        kind=Kind.NEWS,
        received_at=last.received_at,
    )
