"""Stand-in for Telegram: the requests of its chat page."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

import bot.standin.page
from bot.standin.page import PageText
from bot.standin.server import Standin

KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    text = PageText(title="Demo", hint="Try `/subscribe Kherson`", visitor="Ann")
    async with Standin(limits=None, page=text) as standin:
        yield standin


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


async def api(http: aiohttp.ClientSession, standin: Standin, method: str, **params: object) -> Any:
    """Call a method of the Bot API; return its result."""
    async with http.post(f"{standin.url}/bot{standin.token}/{method}", json=params) as response:
        answer = orjson.loads(await response.read())
        assert answer["ok"], answer
        return answer["result"]


async def act(http: aiohttp.ClientSession, standin: Standin, name: str, **body: object) -> Any:
    """Send an action of the page; return the status and the body."""
    headers = {"Origin": standin.url, "Sec-Fetch-Site": "same-origin"}
    url = f"{standin.url}/page/{name}"
    async with http.post(url, json=body, headers=headers) as response:
        return response.status, orjson.loads(await response.read())


async def read_event(stream: aiohttp.ClientResponse) -> Any:
    """Return the next server-sent event."""
    async with asyncio.timeout(120):
        async for line in stream.content:
            if line.startswith(b"data: "):
                return orjson.loads(line.removeprefix(b"data: "))
    raise AssertionError("the stream has ended")


async def test_the_page_loads_only_its_own_files(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    folder = Path(bot.standin.page.__file__).parent
    parts = {path.name for path in folder.glob("page*.*") if path.suffix != ".py"}
    for name in parts:
        path = "/" if name == "page.html" else f"/{name}"
        async with http.get(standin.url + path) as response:
            assert response.status == 200
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            text = await response.text()
        assert "innerHTML" not in text
        assert "https://" not in text.replace("https://${", "")
    assert {"page.html", "page.css", "page.js"} <= parts


async def test_the_page_gets_the_state_and_then_every_change(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{standin.url}/page/events") as stream:
        first = await read_event(stream)
        assert (first["kind"], first["title"]) == ("all", "Demo")
        assert first["hint"] == "Try `/subscribe Kherson`"
        [chat] = first["chats"]
        assert (chat["id"], chat["messages"]) == (standin.visitor.id, [])

        status, _ = await act(http, standin, "send", chat=chat["id"], text=" /start ")
        assert status == 200
        own = await read_event(stream)
        assert (own["kind"], own["message"]["text"], own["message"]["mine"]) == (
            "sent",
            "/start",
            True,
        )

        sent = await api(
            http,
            standin,
            "sendMessage",
            chat_id=chat["id"],
            text="<b>hi</b>",
            parse_mode="HTML",
            disable_notification=True,
            reply_parameters={"message_id": own["message"]["id"]},
            reply_markup=KEYBOARD,
        )
        message = (await read_event(stream))["message"]
        assert message["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
        assert message["silent"] is True
        assert message["reply"]["text"] == "/start"
        assert message["buttons"][0][0]["data"] == "go"

        target = {"chat_id": chat["id"], "message_id": sent["message_id"]}
        await api(http, standin, "editMessageText", text="ho", **target)
        edited = await read_event(stream)
        assert (edited["kind"], edited["message"]["text"]) == ("edited", "ho")
        assert edited["message"]["edited"] is True
        await api(http, standin, "deleteMessage", **target)
        assert (await read_event(stream))["kind"] == "deleted"


async def test_a_press_returns_the_toast_of_the_bot(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    ann = standin.visitor
    await ann.send("/start")
    sent = await api(http, standin, "sendMessage", chat_id=ann.id, text="a", reply_markup=KEYBOARD)
    pressing = asyncio.create_task(
        act(http, standin, "press", chat=ann.id, message=sent["message_id"], data="go")
    )
    _, update = await _two_updates(http, standin)
    query_id = update["callback_query"]["id"]
    await api(http, standin, "answerCallbackQuery", callback_query_id=query_id, text="Done")
    assert await asyncio.wait_for(pressing, 120) == (200, {"text": "Done", "alert": False})


async def _two_updates(http: aiohttp.ClientSession, standin: Standin) -> Any:
    updates: list[Any] = []
    async with asyncio.timeout(120):
        while len(updates) < 2:
            offset = updates[-1]["update_id"] + 1 if updates else 0
            updates += await api(http, standin, "getUpdates", timeout=10, offset=offset)
    return updates


async def test_the_menu_depends_on_the_chat_and_the_language(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    def menu(command: str) -> list[dict[str, str]]:
        return [{"command": command, "description": "x"}]

    group = standin.people.group("Flat 7", admins=[standin.visitor])
    await api(http, standin, "setMyCommands", commands=menu("any"))
    await api(http, standin, "setMyCommands", commands=menu("english"), language_code="en")
    scope = {"type": "all_chat_administrators"}
    await api(http, standin, "setMyCommands", commands=menu("admin"), scope=scope)
    private = await act(http, standin, "menu", chat=standin.visitor.id)
    assert private == (200, {"commands": menu("english")})
    assert await act(http, standin, "menu", chat=group.id) == (200, {"commands": menu("admin")})


async def test_the_page_shares_a_location(standin: Standin, http: aiohttp.ClientSession) -> None:
    chat = standin.visitor.chat
    await act(http, standin, "location", chat=chat.id, latitude=46.6, longitude=32.6)
    assert chat.messages[0].location == (46.6, 32.6)


async def test_the_page_shows_only_the_chats_of_its_visitor(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    bob = standin.people.person("Bob", started=True)
    shared = standin.people.group("Flat 7", [standin.visitor, bob])
    standin.people.group("Flat 8", [bob])
    async with http.get(f"{standin.url}/page/events") as stream:
        first = await read_event(stream)
        assert [chat["id"] for chat in first["chats"]] == [standin.visitor.id, shared.id]
        await bob.send("private")
        await bob.send("shared", chat=shared)
        assert (await read_event(stream))["message"]["text"] == "shared"
    status, answer = await act(http, standin, "send", chat=bob.id, text="as Bob")
    assert (status, answer) == (400, {"error": "not your chat"})


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example:80"},
        {"Host": "attacker.example"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_foreign_page_can_neither_act_nor_read(
    standin: Standin, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    body = {"chat": standin.visitor.id, "text": "forged"}
    async with http.post(f"{standin.url}/page/send", json=body, headers=headers) as response:
        assert response.status == 403
    async with http.get(f"{standin.url}/page/events", headers=headers) as response:
        assert response.status == 403
    assert standin.visitor.chat.messages == []


async def test_a_form_of_a_foreign_page_is_refused(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    headers = {"Content-Type": "text/plain"}
    async with http.post(
        f"{standin.url}/page/send", data=b'{"chat":1,"text":"a"}', headers=headers
    ) as response:
        assert response.status == 415


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("send", {"chat": 1, "text": "a"}, 400),
        ("send", {"text": "a"}, 400),
        ("send", {"chat": "x", "text": "a"}, 400),
        ("dance", {}, 404),
    ],
)
async def test_an_invalid_action_is_refused_with_a_reason(
    standin: Standin, http: aiohttp.ClientSession, name: str, body: dict[str, object], status: int
) -> None:
    answer = await act(http, standin, name, **body)
    assert answer[0] == status
    assert answer[1]["error"]


async def test_a_stop_closes_an_open_page(http: aiohttp.ClientSession) -> None:
    async with Standin() as standin:
        stream = await http.get(f"{standin.url}/page/events")
        await read_event(stream)
    assert (await asyncio.wait_for(stream.content.read(), 120)).strip() == b""
