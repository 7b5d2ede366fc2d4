"""Hostile states: what a service of air alerts may answer is limited, and read beside the loop.

These pages do not go through the parser pool: other sources' pages must never delay an alert.
"""

import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from support.polled_page import PolledPage, polled_pages
from support.unblocked_loop import unblocked_loop

from bot.sources.core.errors import Unusable
from bot.sources.isolation.parser_pool import ParserPool

SIZE = 2 * 1024 * 1024 - 100


@pytest.fixture
async def pages() -> AsyncIterator[PolledPage]:
    async with polled_pages(ParserPool()) as driver:
        yield driver


def fill(unit: bytes, head: bytes, tail: bytes, size: int = SIZE) -> bytes:
    return head + (unit * ((size - len(head) - len(tail)) // len(unit))).rstrip(b",") + tail


@pytest.mark.parametrize(
    "unit",
    [b"[],", b"{},", b'{"a":'],
    ids=["lists", "objects", "nested objects"],
)
@pytest.mark.parametrize("kind", ["siren", "ukrainealarm", "alerts_in_ua"])
async def test_a_state_with_too_many_values_is_refused(
    pages: PolledPage, kind: str, unit: bytes
) -> None:
    head, tail = (b'{"alerts":[', b"]}") if kind == "alerts_in_ua" else (b"[", b"]")
    with unblocked_loop(), pytest.raises(Unusable):
        await pages.poll(kind, fill(unit, head, tail))


@pytest.mark.parametrize("kind", ["siren", "ukrainealarm"])
async def test_a_state_full_of_one_alert_does_not_block_the_loop(
    pages: PolledPage, kind: str
) -> None:
    unit = b'{"regionId":"1","activeAlerts":[{"type":"AIR"}]},'
    with unblocked_loop(), suppress(Unusable):
        await pages.poll(kind, fill(unit, b"[", b"]"))


@pytest.mark.parametrize("kind", ["siren", "alerts_in_ua"])
async def test_a_state_above_the_limit_of_bytes_is_refused(pages: PolledPage, kind: str) -> None:
    with pytest.raises(Unusable):
        await pages.poll(kind, b" " * (2 * 1024 * 1024 + 1))


async def test_all_regions_of_ukraine_at_once_are_read(pages: PolledPage) -> None:
    """There are 1,600; a night has two hundred."""
    alerts = [
        {
            "id": number,
            "location_title": f"Громада з довгою назвою {number}",
            "location_type": "hromada",
            "location_uid": str(100 + number),
            "location_oblast": "Дніпропетровська область",
            "location_oblast_uid": 9,
            "location_raion": "Синельниківський район",
            "alert_type": "air_raid",
            "started_at": "2026-03-05T07:00:00.000Z",
            "finished_at": None,
            "updated_at": "2026-03-05T07:30:00.000Z",
            "notes": "Загроза застосування ударних безпілотників",
            "calculated": None,
        }
        for number in range(1_600)
    ]
    body = json.dumps({"alerts": alerts}, ensure_ascii=False).encode()

    batch = await pages.poll("alerts_in_ua", body)

    assert len(batch.bulletins) == 1_600
    assert pages.parsers.pids == frozenset()
