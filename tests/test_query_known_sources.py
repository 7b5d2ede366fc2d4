"""Known sources: wherever a query is typed, from:NAME must be a source that there is."""

import base64
import json

import pytest
from support.conversation_driver import ConversationDriver

from storage.engine.database import Database

NAMES = ("alarms", "my news")


def import_of(written: str) -> str:
    entries = [{"written": written, "when": "now"}]
    return f"/import {json.dumps({'tocsin': 1, 'subscriptions': entries})}"


def start_with(written: str) -> str:
    payload = base64.urlsafe_b64encode(written.encode()).rstrip(b"=")
    return f"/start {payload.decode()}"


@pytest.mark.parametrize("written", ["from:blog", "from:alarm Kyiv", 'drone from:"no such"'])
@pytest.mark.parametrize("command", ["/try ", "/latest ", "/subscribe ", "import", "start", ""])
async def test_an_unknown_source_is_refused_wherever_a_query_is_typed(
    sqlite: Database, command: str, written: str
) -> None:
    """Elsewhere than in /subscribe, it was searched for in vain."""
    driver = ConversationDriver(sqlite, source_names=NAMES)
    await driver.publish("Drone over Kyiv", source="alarms")
    typed = f"{command}{written}"
    if command == "import":
        typed = import_of(written)
    elif command == "start":
        typed = start_with(written)

    response = await driver.send(typed)

    assert "<code>from:alarms</code>" in response.html
    assert await driver.get_subscriptions() == []


@pytest.mark.parametrize(
    "written", ["from:alarms", "from:ALARMS", 'from:"Town Hall" drone', "from:alarms Kyiv"]
)
@pytest.mark.parametrize("command", ["/try ", "/latest ", "import", ""])
async def test_a_source_that_there_is_can_be_named_wherever_a_query_is_typed(
    sqlite: Database, command: str, written: str
) -> None:
    """One that only published is known, too."""
    driver = ConversationDriver(sqlite, source_names=NAMES)
    await driver.publish("Drone over Kyiv", source="Town Hall")
    typed = import_of(written) if command == "import" else f"{command}{written}"

    response = await driver.send(typed)

    assert "my news" not in response.html
