"""End to end: two services report an alert over HTTP, and a subscriber is notified."""

from pathlib import Path

from aiohttp import ClientSession
from support.installation import Installation, ask, free_port

from bot.standin.server import Standin

SOURCES = """
[[source]]
kind = "webhook"
name = "press"
secret = "open-sesame-open-sesame"
[[source]]
kind = "webhook"
name = "state"
secret = "open-sesame-open-sesame"
"""


async def test_two_services_confirm_an_alert_in_one_message_until_the_all_clear(
    tmp_path: Path,
) -> None:
    """Two sources that report one alert must not notify twice."""
    async with Standin() as standin, ClientSession() as session:
        ann = standin.people.person("Ann")
        installation = Installation(tmp_path, standin, SOURCES)
        address = f"127.0.0.1:{free_port()}"
        table = installation.config.read_text()
        installation.config.write_text(table.replace('listen = ""', f'listen = "{address}"'))

        async def post(source: str, phase: str, level: str | None = None) -> None:
            report = {"id": f"{source}-{phase}", "title": "Alert", "regions": ["Kyiv"]}
            body = {**report, "kind": "alert", "phase": phase, "hazard": "air_raid"}
            async with session.post(
                f"http://{address}/hook/{source}",
                json=body | ({"level": level} if level else {}),
                headers={"Authorization": "Bearer open-sesame-open-sesame"},
            ) as response:
                assert response.status == 202

        async with installation.running():
            await ask(ann, "/subscribe Kyiv")
            before = len(ann.chat.messages)
            await post("press", "active", "yellow")
            (alert,) = (await ann.chat.wait(lambda ms: len(ms) > before))[before:]
            await post("state", "active", "yellow")
            messages = await ann.chat.wait(lambda ms: "confirmed" in ms[-1].text)
            async with session.get(f"http://{address}/metrics") as response:
                metrics = await response.text()
            await post("press", "clear")
            await post("state", "clear")
            await ann.chat.wait(lambda ms: len(ms) > before + 1)
        *_, shown, clear = ann.chat.messages
    assert "🟡 Air raid alert: Kyiv" in alert.text
    assert messages[-1].id == alert.id == shown.id == clear.reply_to
    assert "press · confirmed by state" in shown.text
    assert "All clear" in clear.text
    assert len(standin.journal.of("editMessageText", ann.id)) == 1
    assert "tocsin_alert_latency_seconds_count" in metrics
