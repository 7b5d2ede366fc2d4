"""Dispatcher safety: every update is processed once, and a failure is reported in plain words."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs
from support.conversation_driver import (
    ANN,
    GROUP,
    ConversationDriver,
    Payload,
    button_labels,
    group_message,
    private_message,
)

from handlers.framework.replies import CallbackAnswer
from matching.places.gazetteer import Gazetteer
from storage.engine.database import Database
from storage.inbound.update_inbox import PendingUpdate

SECRET = "what somebody wrote about Kyiv"


class FailingGazetteer(Gazetteer):
    """Gazetteer that fails after a request was parsed and before its subscription is stored."""

    def zone(self, code: str) -> str | None:
        raise RuntimeError(f"{SECRET}: {code}")


def failing_gazetteer() -> Gazetteer:
    gazetteer = Gazetteer.load()
    gazetteer.__class__ = FailingGazetteer
    return gazetteer


async def test_a_write_update_received_twice_is_answered_once(database: Database) -> None:
    driver = ConversationDriver(database)
    update = {"update_id": 900, "message": private_message("/subscribe Kyiv")}
    assert len((await driver.process_update(update)).replies) == 1
    assert (await driver.process_update(update)).replies == ()
    assert len(await driver.get_subscriptions()) == 1


async def test_a_read_update_received_twice_is_answered_once(database: Database) -> None:
    driver = ConversationDriver(database)
    update = {"update_id": 900, "message": private_message("/latest")}
    assert len((await driver.process_update(update)).replies) == 1
    assert (await driver.process_update(update)).replies == ()


async def test_a_failure_is_rolled_back_logged_and_reported(database: Database) -> None:
    driver = ConversationDriver(database, places=failing_gazetteer())
    with capture_logs() as logs:
        response = await driver.send("/subscribe Kyiv", language="uk")
    assert response.html.startswith("Не вдалося. Це записано в журнал")
    assert await driver.get_subscriptions() == []
    assert await driver.waiting_updates() == []
    assert driver.match_modes("News from Kyiv") == set()
    (entry,) = logs
    assert entry["error"] == "RuntimeError"
    assert SECRET not in str(logs)


async def test_a_failure_of_a_button_is_reported_in_the_callback_answer(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, places=failing_gazetteer())
    with capture_logs() as logs:
        response = await driver.press("f:Kyiv")
    assert response.answer == "That failed. It is logged, and nothing was changed."
    assert response.replies == ()
    assert len(logs) == 1


async def test_unreachable_administrators_are_a_failure(
    sqlite: Database,
) -> None:
    async def unreachable(_chat: int) -> frozenset[int]:
        raise TimeoutError

    driver = ConversationDriver(sqlite, unreachable)
    with capture_logs() as logs:
        response = await driver.send_in_group("/subscribe Kyiv")
    assert response.html.startswith("That failed.")
    assert await driver.get_subscriptions(GROUP) == []
    assert len(logs) == 1


async def test_a_failing_database_leaves_the_update_in_the_inbox(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    update = {"update_id": 1, "message": private_message("/subscribe Kyiv")}
    async with sqlite.write() as transaction:
        await transaction.exec_driver_sql("DROP TABLE inbox")
    with capture_logs() as logs, pytest.raises(DBAPIError):
        await driver.dispatcher.process(PendingUpdate(1, update))
    assert len(logs) == 1


async def test_a_cancelled_update_stays_in_the_inbox(sqlite: Database) -> None:
    waiting = asyncio.Event()

    async def slow(_chat: int) -> frozenset[int]:
        waiting.set()
        await asyncio.Event().wait()
        return frozenset()

    driver = ConversationDriver(sqlite, slow)
    task = asyncio.create_task(driver.send_in_group("/subscribe Kyiv"))
    await asyncio.wait_for(waiting.wait(), 120)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await driver.waiting_updates()) == 1


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"message": 5},
        {"message": {"message_id": 1}},
        {"message": {"message_id": 1, "date": "x", "chat": 3}},
        {"callback_query": {}},
        {"my_chat_member": []},
        {"something_new": {"id": 1}},
        {"edited_message": private_message("/subscribe Kyiv")},
        {"message": {**private_message(""), "text": None, "photo": []}},
        {"inline_query": {"id": "1"}},
    ],
)
async def test_unknown_updates_are_completed_and_ignored(
    sqlite: Database, payload: Payload
) -> None:
    driver = ConversationDriver(sqlite)
    with capture_logs():
        response = await driver.process_update({"update_id": 7, **payload})
    assert (response.replies, response.immediate_calls) == ((), ())
    assert await driver.waiting_updates() == []


async def test_a_caption_is_handled_as_text(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Market opened in Kharkiv")
    for text in ("Kharkiv", "/latest Kharkiv"):
        picture = {**private_message(""), "text": None, "photo": [], "caption": text}
        assert "Market opened in Kharkiv" in (await driver.receive(message=picture)).html


async def test_an_unknown_command_is_answered_with_the_most_similar(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    assert "Did you mean /subscribe?" in (await driver.send("/subscibe Kyiv")).html
    assert "All commands: /help" in (await driver.send("/qqqqqq")).html
    assert "All commands: /help" in (await driver.send("/")).html


async def test_a_command_for_another_bot_is_ignored(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    assert (await driver.send("/help@other_bot")).replies == ()
    assert len((await driver.send("/HELP@Tocsin_Bot")).replies) == 1


async def test_help_names_every_command(sqlite: Database) -> None:
    html = (await ConversationDriver(sqlite).send("/help")).html
    for command in ("start", "subscribe", "subscriptions", "unsubscribe", "latest", "digest",
                    "settings",
                    "language", "timezone", "id", "test", "export", "import", "forget",
                    "privacy", "help"):  # fmt: skip
        assert f"/{command} " in html


async def test_the_id_command_shows_telegrams_ids(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    assert (await driver.send("/id")).html == f"Your number: <code>{ANN}</code>"
    assert f"<code>{GROUP}</code>" in (await driver.send_in_group("/id")).html


@pytest.mark.parametrize("text", ["/privacy", "/help", "/start", "/settings"])
@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
async def test_every_command_is_answered_by_a_reply_in_every_language(
    sqlite: Database, text: str, language: str
) -> None:
    response = await ConversationDriver(sqlite).send(text, language=language)
    assert response.immediate_calls == ()
    assert response.html


@pytest.mark.parametrize("data", ["x", "sx", "sx:", "sx:x", "c:1", "c:1:1:x", "f:", "…", "💥" * 16])
async def test_every_button_is_answered(sqlite: Database, data: str) -> None:
    """Telegram shows a progress bar on a button until the bot answers."""
    response = await ConversationDriver(sqlite).press(data)
    answers = [call for call in response.immediate_calls if isinstance(call, CallbackAnswer)]
    assert len(answers) == 1
    assert 1 <= len(answers[0].text) <= 200


async def test_typed_text_is_escaped_in_replies(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    typed = "<b>&\u202e\u200b"
    for command in (f"/subscribe {typed}", f"/subscribe Kyiv | {typed}", f"/timezone {typed}",
                    f"/latest word:{typed}", f"/language {typed}", typed):  # fmt: skip
        for content in (await driver.send(command)).replies:
            assert "<b>&<" not in content.html
            assert "\u202e" not in content.html + "".join(button_labels(content))


async def test_a_callback_query_of_an_inline_message_is_ignored(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    query = {
        "id": "1", "chat_instance": "1", "data": "t:main", "inline_message_id": "x",
        "from": private_message("")["from"],
    }  # fmt: skip
    assert (await driver.receive(callback_query=query)).immediate_calls == ()
    assert await driver.waiting_updates() == []


async def test_a_channel_post_is_handled_as_the_channels_own(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    post = group_message("/subscribe Kyiv")
    del post["from"]
    post["chat"] = post["sender_chat"] = {"id": -7, "type": "channel", "title": "Alerts"}
    await driver.receive(channel_post=post)
    assert len(await driver.get_subscriptions(-7)) == 1
