"""A service manager says stop: what is under way arrives, and what is left is said."""

import asyncio
import json
import signal
from pathlib import Path

from support.installation import Installation, ask

from bot.standin.server import Standin


async def test_a_stop_lets_calls_end_for_seconds_and_says_what_is_left(
    standin: Standin, tmp_path: Path
) -> None:
    """Case 30 of the catalogue of failures."""
    installation = Installation(tmp_path, standin)
    persons = [standin.people.person(f"P{number}") for number in range(20)]
    async with installation.running():
        await asyncio.gather(*(ask(person, "/subscribe Odesa") for person in persons))
    with installation.config.open("a") as table:
        table.write("[delivery]\nrate = 4\n")  # so there is time to stop it
    blog = tmp_path / "blog.txt"
    blog.write_text("Odesa opens its opera\nSo the harbour says today.\n")
    await installation.call("publish", str(blog))
    standin.faults.slow(60, method="sendMessage", skip=3)
    standin.faults.slow(2, method="sendMessage", times=None)
    async with installation.started() as process:
        sends = len(standin.journal.of("sendMessage")) + 5
        await standin.journal.wait(lambda j: len(j.of("sendMessage")) >= sends)
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 180)
    log = {line["event"]: line for line in map(json.loads, err.splitlines())}
    assert process.returncode == 0
    assert log["calls left in doubt"]["count"] == 1
    reached = sum("opera" in text for person in persons for text in person.chat.texts)
    assert 5 <= reached < 20
    # The one in doubt is there for the stand-in.
    assert log["stopped"]["left_for_the_next_start"] == 20 - reached


async def test_a_second_poller_is_said_loudly_and_outlived(
    standin: Standin, tmp_path: Path
) -> None:
    """Case 13 of the catalogue of failures: the token is in use elsewhere, too."""
    person = standin.people.person("Ann")
    conflict = {"ok": False, "error_code": 409, "description": "Conflict: terminated by other"}
    standin.faults.answer(409, conflict, method="getUpdates")
    async with Installation(tmp_path, standin).started() as process:
        await ask(person, "/id")
        await ask(person, "/id")
        process.send_signal(signal.SIGTERM)
        _, err = await process.communicate()
    assert b"another program asks Telegram for this bot's updates" in err
    assert process.returncode == 0
