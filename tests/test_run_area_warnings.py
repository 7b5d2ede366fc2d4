"""End to end: warnings and quakes of the real process reach who follows a place inside."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.cap_alerts import alert, info
from support.http_origin import origin, page
from support.installation import Installation, ask
from support.wait_until import wait_until

from bot.standin.server import Standin


def _county_warning() -> bytes:
    now = datetime.now(UTC).replace(microsecond=0)
    body = alert(
        2,
        infos=info(
            area="@",
            event="Tornado Warning",
            headline="Tornado near the county seat",
            onset=now.isoformat(),
            expires=(now + timedelta(hours=3)).isoformat(),
        ),
    ).decode()
    geocode = "<geocode><valueName>SAME</valueName><value>029189</value></geocode>"
    body = body.replace("<areaDesc>@</areaDesc>", f"<areaDesc>St. Louis, MO</areaDesc>{geocode}")
    return body.replace("2026-03-05T09:02:00+02:00", now.isoformat()).encode()


def _quakes(*new: tuple[str, float]) -> bytes:
    now = int(datetime.now(UTC).timestamp() * 1000)
    features = [
        {
            "type": "Feature",
            "id": identifier,
            "properties": {
                "mag": magnitude,
                "place": "12 km SE of Norcia, Italy",
                "title": f"M {magnitude} - 12 km SE of Norcia, Italy",
                "time": now,
                "updated": now,
                "type": "earthquake",
                "ids": f",{identifier},",
            },
            "geometry": {"type": "Point", "coordinates": [13.2, 42.7, 9.0]},
        }
        for identifier, magnitude in new
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.long
async def test_a_county_warning_and_a_quake_reach_people_inside(tmp_path: Path) -> None:
    """A city of St. Louis County hung at the state; `earthquake Italy` wanted the word."""
    async with Standin() as standin, origin() as cap, origin() as usgs:
        cap.answer = page(alert(area="Gdansk"), "application/xml")
        usgs.answer = page(_quakes(("us1", 4.6)), "application/json")
        ann, ben = standin.people.person("Ann"), standin.people.person("Ben")
        installation = Installation(
            tmp_path,
            standin,
            f"""
[[source]]
kind = "cap"
name = "nws"
url = "{cap.url}"
every = "30s"
[[source]]
kind = "usgs"
name = "usgs"
url = "{usgs.url}"
every = "30s"
""",
        )
        async with installation.running():
            await ask(ann, "/subscribe Chesterfield, Missouri")
            await ask(ben, "/subscribe terremoto Italia")
            await wait_until(lambda: bool(cap.requests and usgs.requests), "the first polls")
            await asyncio.sleep(1)
            cap.answer = page(_county_warning(), "application/xml")
            usgs.answer = page(_quakes(("us1", 4.6), ("us2", 5.3)), "application/json")
            await ann.chat.wait(lambda shown: "county seat" in shown[-1].text)
            await ben.chat.wait(lambda shown: "M 5.3" in shown[-1].text)
