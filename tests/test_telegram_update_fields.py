"""Fields of updates: a field that nobody needs never costs a person the answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.telegram.events import BotAdded, BotRemoved, ChatMigrated, InlineQuery, Message
from handlers.telegram.update_parser import parse
from storage.subscribers.subscribers import ChatKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CHAT = {"id": 5, "type": "private", "first_name": "Ann"}
ANN = {"id": 5, "is_bot": False, "first_name": "Ann", "language_code": "uk"}
GROUP = {"id": -7, "type": "supergroup", "title": "Neighbours"}


def message(**more: Any) -> dict[str, Any]:
    fields = {"message_id": 3, "date": 1, "chat": CHAT, "from": ANN, "text": "/help me", **more}
    return {"update_id": 1, "message": {k: v for k, v in fields.items() if v != "absent"}}


def parse_message(**more: Any) -> Message:
    parsed = parse(message(**more), "tocsin_bot", NOW)
    assert isinstance(parsed, Message)
    return parsed


@pytest.mark.parametrize(
    "odd",
    [
        {"external_reply": {"origin": {"type": "user"}, "story": {}}},
        {"reply_to_message": {"message_id": 1, "chat": CHAT, "poll": {"id": "1"}}},
        {"reply_to_message": {"message_id": 1, "date": 0, "chat": CHAT}},
        {"reply_to_message": [1]},
        {"reply_to_story": {}},
        {"forward_origin": {"type": "galaxy"}},
        {"entities": "bold"},
        {"entities": [{"type": "bold"}]},
        {"quote": {"text": 5}},
        {"reply_markup": {"inline_keyboard": [[{}]]}},
        {"link_preview_options": []},
        {"checklist": {}, "gift": {}, "giveaway": {"chats": []}, "venue": {}, "dice": {}},
        {"sender_business_bot": {}, "via_bot": {}, "direct_messages_topic": {}},
        {"message_id": "absent"},
        {"date": "absent"},
        {"date": "yesterday"},
        {"date": 10**15},
        {"from": {"id": 5}},
        {"from": {**ANN, "is_bot": None, "first_name": 7}},
        {"chat": {"id": 5, "type": "private"}},
        {"is_topic_message": "yes", "message_thread_id": "4"},
        {"location": {"latitude": 999, "longitude": 30}},
        {"a_field_of_tomorrow": {"a": [None]}},
    ],
    ids=",".join,
)
def test_a_field_that_nobody_needs_may_be_malformed(odd: dict[str, Any]) -> None:
    """Each of these cost the person the answer, as the whole update was refused."""
    parsed = parse_message(**odd)
    assert (parsed.command, parsed.text, parsed.target.chat_id) == ("help", "me", 5)
    assert parsed.target.thread_id == 0


@pytest.mark.parametrize("code", [None, 5, "", [], "absent"])
def test_a_language_of_a_wrong_type_is_none(code: Any) -> None:
    assert parse_message(**{"from": {"id": 5, "language_code": code}}).language_code in (
        None,
        "absent",
    )


@pytest.mark.parametrize(
    "chat",
    [
        None,
        {},
        {"id": 5},
        {"id": "5", "type": "private"},
        {"id": True, "type": "private"},
        {"id": 2**63, "type": "private"},
        {"id": 5, "type": "galaxy"},
    ],
    ids=str,
)
def test_a_message_without_a_usable_chat_is_left_out(chat: Any) -> None:
    assert parse(message(chat=chat), None, NOW) is None


@pytest.mark.parametrize("text", [None, 5, [], "absent"], ids=str)
def test_a_text_of_a_wrong_type_is_none(text: Any) -> None:
    assert parse(message(text=text), None, NOW) is None
    assert parse_message(text=text, caption="/help").command == "help"


def test_a_message_of_a_business_connection_is_left_out() -> None:
    """The chat belongs to two people: the bot must not subscribe it or write there."""
    assert parse(message(business_connection_id="b1"), None, NOW) is None


@pytest.mark.parametrize(
    "payload",
    [
        {"callback_query": {"id": "1", "from": ANN, "data": "x"}},
        {"callback_query": {"id": 1, "from": ANN, "message": {"message_id": 1, "chat": CHAT}}},
        {"callback_query": {"id": "1", "from": ANN, "message": {"chat": CHAT}}},
        {"inline_query": {"id": "1", "query": "Kyiv"}},
        {"inline_query": {"from": ANN, "query": "Kyiv"}},
        {"my_chat_member": {"chat": GROUP, "from": ANN}},
        {"my_chat_member": {"chat": {}, "from": ANN, "new_chat_member": {"status": "left"}}},
        {"message": [1], "channel_post": "x"},
        {"business_message": message()["message"]},
        {"guest_message": message()["message"]},
    ],
    ids=lambda payload: str(payload)[:60],
)
def test_an_update_without_what_it_needs_is_left_out(payload: dict[str, Any]) -> None:
    assert parse({"update_id": 1, **payload}, None, NOW) is None


@pytest.mark.parametrize(
    ("member", "event"),
    [
        ({"status": "restricted", "is_member": False}, BotRemoved(-7)),
        ({"status": "kicked"}, BotRemoved(-7)),
        ({"status": "restricted", "is_member": True}, BotAdded),
        ({"status": "administrator"}, BotAdded),
        ({"status": "status of tomorrow"}, BotAdded),
    ],
    ids=str,
)
def test_a_membership_needs_none_of_the_rights(member: dict[str, Any], event: Any) -> None:
    change = {
        "chat": GROUP,
        "from": {"id": 5},
        "old_chat_member": {"status": "left"},
        "new_chat_member": member,
    }
    parsed = parse({"update_id": 1, "my_chat_member": change}, None, NOW)
    assert parsed == event if isinstance(event, BotRemoved) else isinstance(parsed, event)


def test_a_press_under_a_message_without_content_is_read() -> None:
    press = {"id": "9", "from": ANN, "message": {"message_id": 3, "date": 0, "chat": CHAT}}
    parsed = parse({"update_id": 1, "callback_query": {**press, "data": "t:main"}}, None, NOW)
    assert isinstance(parsed, Message)
    assert parsed.callback_query
    assert (parsed.callback_query.data, parsed.callback_query.code_text) == ("t:main", "")


@pytest.mark.parametrize(
    ("entities", "code"),
    [
        (
            [
                {"type": "bold", "offset": 0, "length": 2},
                {"type": "code", "offset": 3, "length": 4},
            ],
            "Kyiv",
        ),
        ([{"type": "code", "offset": 3, "length": 900}], "Kyiv now"),
        ([{"type": "code", "offset": -3, "length": 4}], ""),
        ([{"type": "code"}, None], ""),
        ("code", ""),
    ],
    ids=str,
)
def test_the_quoted_query_of_a_message_counts_in_utf16(entities: Any, code: str) -> None:
    text = {"message_id": 3, "date": 1, "chat": CHAT, "text": "🚨 Kyiv now", "entities": entities}
    press = {"id": "9", "from": ANN, "message": text, "data": "t:main"}
    parsed = parse({"update_id": 1, "callback_query": press}, None, NOW)
    assert isinstance(parsed, Message)
    assert parsed.callback_query
    assert parsed.callback_query.code_text == code


def test_a_migration_and_an_inline_query_need_their_ids_only() -> None:
    group = message(chat=GROUP, text="absent", migrate_from_chat_id=-3)
    assert parse(group, None, NOW) == ChatMigrated(-3, -7)
    assert parse(message(chat=GROUP, migrate_to_chat_id="x"), None, NOW) is not None
    query = {"id": "1", "from": {"id": 5}, "query": "Kyiv"}
    expected = InlineQuery("1", 5, None, "Kyiv", NOW)
    assert parse({"update_id": 1, "inline_query": query}, None, NOW) == expected


def test_a_location_is_read_in_private_only() -> None:
    location = {"latitude": 50, "longitude": 30.5, "horizontal_accuracy": "x"}
    assert parse_message(text="absent", location=location).location == (50.0, 30.5)
    assert parse(message(chat=GROUP, text="absent", location=location), None, NOW) is None
    assert parse_message(chat=GROUP, location=location).kind is ChatKind.SUPERGROUP
