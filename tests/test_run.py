"""End to end: the real process against the stand-in for Telegram, with people in it."""

import asyncio
import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from aiohttp import ClientSession
from support.installation import Installation, ask, free_port, wait_for_end
from support.stored_subscriptions import store_subscriptions
from support.wait_until import wait_until

from bot.standin.person import Person
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin

BLOG = """\
Grain ships wait off the coast
Eleven ships with grain are waiting for the storm to pass, the port says.
Kiev opens a third line of its metro
The first train left at six in the morning; the mayor drove it himself.
Air alert throughout Ukraine
An air alert was declared over the whole of Ukraine when two bombers took off.
Trains to Kherson end in Mykolaiv
A railway bridge is closed after shelling. Buses go on to Kherson; passengers from Lviv wait.
Two F-35s over the border
Jets were seen in Polish airspace for an hour, and went home.
The power station near Bakhmut works at half of what it could.
Railway museum closes for repairs
Its engines move to a shed until spring.
"""

TITLES = {
    "grain": "Grain ships wait off the coast",
    "metro": "Kiev opens a third line of its metro",
    "alert": "Air alert throughout Ukraine",
    "trains": "Trains to Kherson end in Mykolaiv",
    "jets": "Two F-35s over the border",
    "power": "The power station near Bakhmut",
    "museum": "Railway museum closes for repairs",
}

EXPECTED = {
    "Kyiv": {"metro", "alert"},
    "#air_alert Lviv": {"alert"},
    "railway Kherson": {"trains"},
    "F-35": {"jets"},
    "Mykolaiv": {"trains", "alert"},
    "Donetsk Oblast": {"power", "alert"},
    "Poland": {"jets"},
    '"grain ship" OR museum': {"grain", "museum"},
    "Ukraine NOT #air_alert": {"metro", "trains", "power"},
}


def pushes(person: Person) -> list[str]:
    """Return the names of the pushed bulletins, each as often as it was pushed."""
    texts = person.chat.texts
    return sorted(name for name, title in TITLES.items() for text in texts if title in text)


async def wait_for_pushes(persons: Sequence[Person], expected: Sequence[set[str]]) -> None:
    """Wait until every person has the expected bulletins, and a little longer for others."""
    for person, names in zip(persons, expected, strict=True):
        await person.chat.wait(lambda _, p=person, n=names: n <= set(pushes(p)))  # type: ignore[misc]
    await asyncio.sleep(1.0)


async def test_every_subscriber_gets_the_matching_bulletins_exactly_once(
    standin: Standin, tmp_path: Path
) -> None:
    installation = Installation(tmp_path, standin)
    blog = tmp_path / "blog.txt"
    blog.write_text(BLOG)
    persons = [standin.people.person(query) for query in EXPECTED]
    expected = list(EXPECTED.values())
    async with installation.running():
        for person, query in zip(persons, EXPECTED, strict=True):
            answer = await ask(person, f"/subscribe {query}")
            assert "hear" in answer, answer
        assert await installation.call("publish", str(blog)) == (
            0,
            "7 new, 0 repeated, 15 matched\n",
            "",
        )
        await wait_for_pushes(persons, expected)
        assert [pushes(person) for person in persons] == [sorted(names) for names in expected]
        code, out, _ = await installation.call("publish", str(blog))
        assert (code, out) == (0, "0 new, 7 repeated, 0 matched\n")
    code, out, _ = await installation.call("publish", str(blog))
    assert (code, out) == (0, "7 stored until the bot starts: none is running on this database\n")
    async with installation.running():
        assert "7" in await ask(persons[0], "/latest 7")
    assert [
        pushes(person)[: len(names)]
        for person, names in zip(persons[1:], expected[1:], strict=True)
    ] == [sorted(names) for names in expected[1:]]


async def test_the_process_serves_its_metrics_and_its_readiness(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("TOCSIN_HTTP__LISTEN", f"127.0.0.1:{port}")
    person = standin.people.person("Ann")
    async with Installation(tmp_path, standin).running(), ClientSession() as session:
        await ask(person, "/subscribe Odesa")
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            assert (response.status, (await response.json())["problems"]) == (200, {})
        async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
            metrics = await response.text()
    assert 'tocsin_sent_total{lane="reply"} 1.0' in metrics
    assert 'tocsin_queued{lane="announcement"} 0.0' in metrics


async def test_an_ambiguous_name_means_the_likeliest_place_until_a_button_changes_it(
    standin: Standin, tmp_path: Path
) -> None:
    person = standin.people.person("Ann")
    async with Installation(tmp_path, standin).running():
        await ask(person, "/subscribe Mykolaiv")
        message = person.chat.messages[-1]
        labels = [button.text for row in message.buttons for button in row]
        oblast = next(label for label in labels if label.startswith("Mykolaiv Oblast"))
        await (await person.press(message, oblast)).answered()
        await person.chat.wait(lambda ms: "about Mykolaiv Oblast" in ms[-1].text)
        assert "about Mykolaiv Oblast" in await ask(person, "/subscriptions")


async def test_a_new_source_pushes_only_later_entries_and_each_of_them_once(
    standin: Standin, tmp_path: Path
) -> None:
    blog = tmp_path / "blog.txt"
    blog.write_text(BLOG)
    source = f'[[source]]\nkind = "liveblog"\nname = "blog"\npath = "{blog}"\nevery = "1s"'
    installation = Installation(tmp_path, standin, source)
    person = standin.people.person("Ann")
    async with installation.running():
        await ask(person, "/subscribe Ukraine")

        async def is_stored() -> bool:
            return "third line" in await ask(person, "/latest metro")

        await wait_until(is_stored, "the first poll stores the page", interval=1)
        blog.write_text(f"Storm hits Odesa\nRoofs are gone in Odesa.\n{BLOG}")
        await person.chat.wait(lambda ms: "Storm hits Odesa" in ms[-1].text)
    blog.write_text(f"Storm leaves Odesa\nThe sun is back.\n{blog.read_text()}")
    async with installation.running():
        await person.chat.wait(lambda ms: "Storm leaves Odesa" in ms[-1].text)
        await asyncio.sleep(1.5)
    assert len([text for text in person.chat.texts if "Storm" in text]) == 2
    assert [name for name in pushes(person) if name != "metro"] == []


@pytest.mark.long
async def test_a_killed_process_loses_nothing_and_duplicates_only_calls_in_flight(
    standin: Standin, tmp_path: Path, sqlite: Database
) -> None:
    """SIGKILL ends the process in the middle of a broadcast."""
    installation = Installation(tmp_path, standin)
    persons = [standin.people.person(f"P{number}", started=True) for number in range(40)]
    now = datetime.now(UTC)
    await store_subscriptions(sqlite, [person.id for person in persons], "Kyiv", now)
    alert = Bulletin(
        source="blog",
        key="1",
        title="Air alert throughout Ukraine",
        text="An air alert was declared in all regions.",
        received_at=now,
    )
    async with sqlite.write() as transaction:
        await ingest_queue.enqueue(transaction, [alert], now)

    async with installation.started() as process:
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) >= 10)
        process.kill()
        await wait_for_end(process)
    async with installation.running():
        await wait_for_pushes(persons, [{"alert"}] * 40)
    counts = [len(pushes(person)) for person in persons]
    assert min(counts) == 1
    assert max(counts) <= 2
    assert sum(counts) - 40 <= 64


async def test_the_token_is_never_printed(standin: Standin, tmp_path: Path) -> None:
    """Errors of failed requests can contain the URL, and with it the token."""
    standin.faults.disconnect(method="getMe")
    standin.faults.break_down(502, method="getUpdates")
    standin.faults.disconnect(method="getUpdates")
    standin.faults.halve(method="getUpdates")
    installation = Installation(tmp_path, standin)
    person = standin.people.person("Ann")
    async with installation.started() as process:
        await ask(person, "/subscribe Kyiv")
        await person.send("/latest")
        await asyncio.sleep(1)
        process.send_signal(signal.SIGTERM)
        printed = [*await wait_for_end(process)]
    failures = ("telegram_unreachable", "HTTP 502", "ServerDisconnectedError", "is not JSON")
    assert all(failure in printed[1] for failure in failures), printed
    code, checked, errors = await installation.call("check")
    printed += [checked, errors]
    await standin.stop()
    code_unreachable, unreachable, errors = await installation.call("check")
    printed += [unreachable, errors]
    assert all(standin.token.partition(":")[2] not in text for text in printed), printed
    assert (code, code_unreachable) == (0, 1)
    assert "@" in checked
    assert "FAIL  telegram" in unreachable


async def test_a_second_process_on_one_database_is_refused(
    standin: Standin, tmp_path: Path
) -> None:
    """Two processes would send every message twice."""
    installation = Installation(tmp_path, standin)
    async with installation.running():
        await standin.journal.wait(lambda journal: bool(journal.of("getMe")))
        code, _, err = await installation.call("run")
    assert code == 1
    assert "another process is running on this database" in err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("[delivery]\nspeed = 1", "delivery.speed"),
        ('[[topic]]\nname = "x"\nquery = "NOT ("', "topic x"),
    ],
)
async def test_a_configuration_error_is_reported_and_nothing_starts(
    standin: Standin, tmp_path: Path, change: str, message: str
) -> None:
    code, out, err = await Installation(tmp_path, standin, change).call("run")
    assert code == 2
    assert message in err
    assert "config.toml" in err
    assert "Traceback" not in out + err


async def test_a_file_that_is_no_database_is_refused_without_a_traceback(
    standin: Standin, tmp_path: Path
) -> None:
    installation = Installation(tmp_path, standin)
    (tmp_path / "tocsin.db").write_text("This is a shopping list, not a database. " * 100)
    code, _, err = await installation.call("run")
    assert code == 1
    assert "not a database" in err
    assert "Traceback" not in err


async def test_a_later_database_error_is_reported_without_a_traceback(
    standin: Standin, tmp_path: Path, sqlite_url: str
) -> None:
    """Checks at the start cannot find every fault of a database."""
    with closing(sqlite3.connect(tmp_path / "tocsin.db")) as database:
        database.executescript("DROP TABLE arrival; DROP TABLE source")
    (tmp_path / "blog.txt").write_text(BLOG)
    for command in (("run",), ("publish", str(tmp_path / "blog.txt"))):
        code, _, err = await Installation(tmp_path, standin).call(*command)
        assert code == 1
        assert "tocsin: cannot use the database sqlite" in err
        assert "no such table" in err
        assert "Traceback" not in err


async def test_explain_prints_the_reading_of_a_bulletin(standin: Standin, tmp_path: Path) -> None:
    installation = Installation(tmp_path, standin, '[[topic]]\nname = "bread"\nquery = "bread"')
    bulletins = tmp_path / "bulletins.jsonl"
    bulletins.write_text(
        '{"id": 7, "title": "", "text": "No bread in Kiev", "queries": ["Odesa"]}\n'
    )
    code, out, err = await installation.call("explain", "--query", "Kyiv #bread", str(bulletins))
    assert (code, err) == (0, "")
    assert orjson.loads(out) == {
        "id": 7,
        "places": [{"name": "Kyiv", "code": "UA80000000000093317", "span": [13, 17]}],
        "nationwide": False,
        "topics": ["bread"],
        "queries": {"Kyiv #bread": True, "Odesa": False},
    }
    bulletins.write_text('{"id": 7}')
    assert await installation.call("explain", str(bulletins)) == (
        1,
        "",
        "tocsin: line 1: title or text is required\n",
    )
