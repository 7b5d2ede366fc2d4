"""End to end: an alert for a raion or an oblast reaches who follows a saved place inside it."""

from pathlib import Path

import pytest
from aiohttp import ClientSession
from support.installation import Installation, ask, free_port

from bot.standin.server import Standin

SOURCE = """
[[source]]
kind = "webhook"
name = "state"
secret = "open-sesame-open-sesame"
"""
BILA_TSERKVA = (49.80, 30.11)


@pytest.mark.parametrize(
    "region",
    [
        "Білоцерківський район",
        pytest.param("Київська область", marks=pytest.mark.long),
        pytest.param("Біла Церква", marks=pytest.mark.long),
    ],
)
async def test_an_alert_for_the_area_reaches_a_saved_place(tmp_path: Path, region: str) -> None:
    async with Standin() as standin, ClientSession() as session:
        ann = standin.people.person("Ann")
        installation = Installation(tmp_path, standin, SOURCE)
        address = f"127.0.0.1:{free_port()}"
        table = installation.config.read_text()
        installation.config.write_text(table.replace('listen = ""', f'listen = "{address}"'))

        async def post(phase: str) -> None:
            body = {"id": f"x-{phase}", "title": "Alert", "regions": [region], "kind": "alert"}
            async with session.post(
                f"http://{address}/hook/state",
                json=body | {"phase": phase, "hazard": "air_raid"},
                headers={"Authorization": "Bearer open-sesame-open-sesame"},
            ) as response:
                assert response.status == 202

        async with installation.running():
            await ask(ann, "/places Home = Kyiv")
            await ask(ann, "/subscribe Home")
            await ann.share_location(*BILA_TSERKVA)
            await ann.chat.wait(lambda ms: "For a day" in ms[-1].text)
            await ask(ann, "/places Home = here")
            before = len(ann.chat.messages)
            await post("active")
            (alert,) = (await ann.chat.wait(lambda ms: len(ms) > before))[before:]
            listing = await ask(ann, "/alerts Home")
            before = len(ann.chat.messages)
            await post("clear")
            (clear,) = (await ann.chat.wait(lambda ms: len(ms) > before))[before:]
    assert "Air raid alert" in alert.text
    assert "Air raid alert" in str(listing)
    assert "All clear" in clear.text
