"""Stand-in for Telegram: its refusals, word for word, in every encoding of a call."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest

from bot.standin.server import Standin


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as standin:
        standin.people.person("Ann", id=7, started=True)
        yield standin


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


async def call(
    http: aiohttp.ClientSession, standin: Standin, method: str, **params: Any
) -> dict[str, Any]:
    """Call a method with JSON; return the decoded response."""
    url = f"{standin.url}/bot{standin.token}/{method}"
    async with http.post(url, json=params) as response:
        answer: dict[str, Any] = orjson.loads(await response.read())
        assert answer.get("error_code", 200) == response.status
        return answer


def inline(**button: object) -> dict[str, object]:
    return {"inline_keyboard": [[button]]}


NOT_FOUND = "Bad Request: chat not found"
UNPARSED = "Bad Request: can't parse entities: "
BUTTON = "Bad Request: can't parse inline keyboard button: "
EMPTY = "Bad Request: message text is empty"


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("sendMessage", {"chat_id": 8, "text": "a"}, NOT_FOUND),
        ("sendMessage", {"chat_id": "@nobody", "text": "a"}, NOT_FOUND),
        ("sendMessage", {"text": "a"}, "Bad Request: chat_id is empty"),
        ("sendMessage", {"chat_id": 7}, EMPTY),
        ("sendMessage", {"chat_id": 7, "text": ""}, EMPTY),
        ("sendMessage", {"chat_id": 7, "text": " \n"}, "Bad Request: text must be non-empty"),
        ("sendMessage", {"chat_id": 7, "text": "a" * 4097}, "Bad Request: message is too long"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "a", "message_thread_id": 5},
            "Bad Request: message thread not found",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "a", "reply_parameters": {"message_id": 99}},
            "Bad Request: message to be replied not found",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "<b>a", "parse_mode": "HTML"},
            f'{UNPARSED}Can\'t find end tag corresponding to start tag "b"',
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "a", "reply_markup": inline(text="a", callback_data="я" * 33)},
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "a", "reply_markup": inline(text="a", callback_data="")},
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "a", "reply_markup": inline(text="a")},
            f"{BUTTON}Text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "a", "reply_markup": inline(text="a", url="javascript:1")},
            "Bad Request: inline keyboard button URL 'javascript:1' is invalid: Wrong HTTP URL",
        ),
        (
            "editMessageText",
            {"chat_id": 7, "message_id": 99, "text": "a"},
            "Bad Request: message to edit not found",
        ),
        (
            "deleteMessage",
            {"chat_id": 7, "message_id": 99},
            "Bad Request: message to delete not found",
        ),
        (
            "answerCallbackQuery",
            {"callback_query_id": "1", "text": "a" * 201},
            "Bad Request: MESSAGE_TOO_LONG",
        ),
        (
            "answerCallbackQuery",
            {"callback_query_id": "1"},
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        (
            "sendChatAction",
            {"chat_id": 7, "action": "dancing"},
            "Bad Request: wrong parameter action in request",
        ),
        ("danceMessage", {}, "Not Found: method not found"),
    ],
)
async def test_a_wrong_call_is_refused_in_telegrams_words(
    standin: Standin,
    http: aiohttp.ClientSession,
    method: str,
    params: dict[str, Any],
    description: str,
) -> None:
    answer = await call(http, standin, method, **params)
    assert answer["ok"] is False
    assert answer["description"] == description
    [ann] = standin.people
    assert ann.chat.messages == []


async def test_a_wrong_token_is_unauthorized(standin: Standin, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{standin.url}/bot12345:wrong/getMe") as response:
        assert response.status == 401
        body = await response.json()
    assert body == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert len(standin.journal) == 0


async def test_form_json_multipart_and_query_string_are_equivalent(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    url = f"{standin.url}/bot{standin.token}/SENDmessage"
    keyboard = inline(text="Go", callback_data="go")
    flat = {
        "chat_id": "7",
        "text": "a",
        "disable_notification": "true",
        "reply_markup": orjson.dumps(keyboard).decode(),
    }
    multipart = aiohttp.FormData(flat)
    multipart.add_field("extra", b"bytes", filename="extra.bin")
    typed = {"chat_id": 7, "text": "a", "disable_notification": True, "reply_markup": keyboard}
    for body in ({"data": flat}, {"json": flat}, {"json": typed}, {"data": multipart}):
        async with http.post(url, **body) as response:
            assert response.status == 200
    async with http.get(url, params=flat) as response:
        assert response.status == 200
    assert [dict(call.params) for call in standin.journal] == [typed] * 5
    assert {each.method for each in standin.journal} == {"sendMessage"}


async def test_a_body_that_is_no_json_is_refused(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    url = f"{standin.url}/bot{standin.token}/sendMessage"
    for body in (b"{", b"[]", b'{"text": "\\ud800"}'):
        headers = {"Content-Type": "application/json"}
        async with http.post(url, data=body, headers=headers) as response:
            assert response.status == 400
            assert (await response.json())["description"].startswith("Bad Request: ")


async def test_64_bytes_of_data_and_a_reply_to_a_deleted_message_are_accepted(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    answer = await call(
        http,
        standin,
        "sendMessage",
        chat_id=7,
        text="a" * 4096,
        reply_parameters={"message_id": 99, "allow_sending_without_reply": True},
        reply_markup=inline(text="a", callback_data="я" * 32),
        link_preview_options={"is_disabled": True},
    )
    assert answer["ok"] is True
    assert "reply_to_message" not in answer["result"]
    assert answer["result"]["link_preview_options"] == {"is_disabled": True}


async def test_a_callback_query_expires_after_fifteen_minutes(http: aiohttp.ClientSession) -> None:
    now = [0.0]
    async with Standin(clock=lambda: now[0]) as standin:
        ann = standin.people.person("Ann", started=True)
        markup = inline(text="Go", callback_data="go")
        await call(http, standin, "sendMessage", chat_id=ann.id, text="a", reply_markup=markup)
        early = await ann.press(ann.chat.messages[0], "Go")
        late = await ann.press(ann.chat.messages[0], "Go")
        now[0] += 14 * 60
        answer = await call(http, standin, "answerCallbackQuery", callback_query_id=early.query_id)
        assert answer["ok"] is True
        now[0] += 2 * 60
        answer = await call(http, standin, "answerCallbackQuery", callback_query_id=late.query_id)
        assert answer["ok"] is False


async def test_a_web_page_cannot_act_as_the_bot(
    standin: Standin, http: aiohttp.ClientSession
) -> None:
    url = f"{standin.url}/bot{standin.token}/sendMessage"
    form = {"chat_id": "7", "text": "forged"}
    for headers in ({"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        async with http.post(url, data=form, headers=headers) as response:
            assert response.status == 401
    assert [chat.texts for chat in (person.chat for person in standin.people)] == [[]]
