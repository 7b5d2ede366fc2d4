"""Whatever comes in, it is dealt with once, and a person gets a sentence and never an error."""

import asyncio

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import ANN, GROUP, Payload, Talk, in_group, labels, private

from handlers.framework.replies import Answer
from matching.places.gazetteer import Gazetteer
from storage.engine.database import Database
from storage.inbound.update_inbox import Incoming

SECRET = "what somebody wrote about Kyiv"


class Broken(Gazetteer):
    """Fails after the subscription of a request was looked up and before it is stored."""

    def zone(self, code: str) -> str | None:
        raise RuntimeError(f"{SECRET}: {code}")


def broken() -> Gazetteer:
    whole = Gazetteer.load()
    whole.__class__ = Broken
    return whole


async def test_an_update_that_comes_twice_is_answered_once(database: Database) -> None:
    talk = Talk(database)
    update = {"update_id": 900, "message": private("/subscribe Kyiv")}
    assert len((await talk.take(update)).replies) == 1
    assert (await talk.take(update)).replies == ()
    assert len(await talk.followed()) == 1


async def test_a_look_that_comes_twice_is_answered_once(database: Database) -> None:
    talk = Talk(database)
    update = {"update_id": 900, "message": private("/latest")}
    assert len((await talk.take(update)).replies) == 1
    assert (await talk.take(update)).replies == ()


async def test_a_failure_is_undone_logged_and_told(database: Database) -> None:
    talk = Talk(database, places=broken())
    with capture_logs() as logs:
        heard = await talk.say("/subscribe Kyiv", language="uk")
    assert heard.html.startswith("Не вдалося. Це записано в журнал")
    assert await talk.followed() == []
    assert await talk.open_updates() == []
    assert talk.hears("News from Kyiv") == set()
    (entry,) = logs
    assert entry["error"] == "RuntimeError"
    assert SECRET not in str(logs)


async def test_a_failure_under_a_button_is_told_where_it_was_pressed(sqlite: Database) -> None:
    talk = Talk(sqlite, places=broken())
    with capture_logs() as logs:
        heard = await talk.press("f:Kyiv")
    assert heard.answer == "That failed. It is logged, and nothing was changed."
    assert heard.replies == ()
    assert len(logs) == 1


async def test_administrators_that_cannot_be_asked_for_are_a_failure_too(
    sqlite: Database,
) -> None:
    async def unreachable(_chat: int) -> frozenset[int]:
        raise TimeoutError

    talk = Talk(sqlite, unreachable)
    with capture_logs() as logs:
        heard = await talk.say_in_group("/subscribe Kyiv")
    assert heard.html.startswith("That failed.")
    assert await talk.followed(GROUP) == []
    assert len(logs) == 1


async def test_a_database_that_is_gone_leaves_the_update_for_later(sqlite: Database) -> None:
    talk = Talk(sqlite)
    update = {"update_id": 1, "message": private("/subscribe Kyiv")}
    async with sqlite.write() as transaction:
        await transaction.exec_driver_sql("DROP TABLE inbox")
    with capture_logs() as logs:
        assert await talk.conversation.process(Incoming(1, update)) == ()
    assert len(logs) == 2


async def test_being_cancelled_is_no_failure(sqlite: Database) -> None:
    waiting = asyncio.Event()

    async def slow(_chat: int) -> frozenset[int]:
        waiting.set()
        await asyncio.Event().wait()
        return frozenset()

    talk = Talk(sqlite, slow)
    task = asyncio.create_task(talk.say_in_group("/subscribe Kyiv"))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await talk.open_updates()) == 1


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
        {"edited_message": private("/subscribe Kyiv")},
        {"message": {**private(""), "text": None, "photo": []}},
        {"inline_query": {"id": "1"}},
    ],
)
async def test_what_is_no_update_we_know_is_completed_and_ignored(
    sqlite: Database, payload: Payload
) -> None:
    talk = Talk(sqlite)
    with capture_logs():
        heard = await talk.take({"update_id": 7, **payload})
    assert (heard.replies, heard.direct) == ((), ())
    assert await talk.open_updates() == []


async def test_the_words_under_a_picture_are_read_as_any_others(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.publish("Market opened in Kharkiv")
    for written in ("Kharkiv", "/latest Kharkiv"):
        picture = {**private(""), "text": None, "photo": [], "caption": written}
        assert "Market opened in Kharkiv" in (await talk.update(message=picture)).html


async def test_an_unknown_command_is_answered_with_the_nearest(sqlite: Database) -> None:
    talk = Talk(sqlite)
    assert "Did you mean /subscribe?" in (await talk.say("/subscibe Kyiv")).html
    assert "All commands: /help" in (await talk.say("/qqqqqq")).html
    assert "All commands: /help" in (await talk.say("/")).html


async def test_a_command_for_another_bot_is_ignored_and_ones_own_is_not(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite)
    assert (await talk.say("/help@other_bot")).replies == ()
    assert len((await talk.say("/HELP@Tocsin_Bot")).replies) == 1


async def test_help_names_every_command(sqlite: Database) -> None:
    html = (await Talk(sqlite).say("/help")).html
    for command in ("start", "subscribe", "subscriptions", "unsubscribe", "latest", "digest",
                    "settings",
                    "language", "timezone", "id", "test", "export", "import", "forget",
                    "privacy", "help"):  # fmt: skip
        assert f"/{command} " in html


async def test_the_numbers_are_those_telegram_uses(sqlite: Database) -> None:
    talk = Talk(sqlite)
    assert (await talk.say("/id")).html == f"Your number: <code>{ANN}</code>"
    assert f"<code>{GROUP}</code>" in (await talk.say_in_group("/id")).html


@pytest.mark.parametrize("text", ["/privacy", "/help", "/start", "/settings"])
@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
async def test_every_press_is_answered_and_every_text_is_sent_as_a_reply(
    sqlite: Database, text: str, language: str
) -> None:
    heard = await Talk(sqlite).say(text, language=language)
    assert heard.direct == ()
    assert heard.html


@pytest.mark.parametrize("data", ["x", "sx", "sx:", "sx:x", "c:1", "c:1:1:x", "f:", "…", "💥" * 16])
async def test_every_press_is_answered(sqlite: Database, data: str) -> None:
    """failures 64"""
    heard = await Talk(sqlite).press(data)
    answers = [each for each in heard.direct if isinstance(each, Answer)]
    assert len(answers) == 1
    assert 1 <= len(answers[0].text) <= 200


async def test_what_people_type_comes_back_escaped(sqlite: Database) -> None:
    talk = Talk(sqlite)
    typed = "<b>&\u202e\u200b"
    for command in (f"/subscribe {typed}", f"/subscribe Kyiv | {typed}", f"/timezone {typed}",
                    f"/latest word:{typed}", f"/language {typed}", typed):  # fmt: skip
        for content in (await talk.say(command)).replies:
            assert "<b>&<" not in content.html
            assert "\u202e" not in content.html + "".join(labels(content))


async def test_a_press_under_a_message_of_inline_mode_is_ignored(sqlite: Database) -> None:
    talk = Talk(sqlite)
    query = {
        "id": "1", "chat_instance": "1", "data": "t:main", "inline_message_id": "x",
        "from": private("")["from"],
    }  # fmt: skip
    assert (await talk.update(callback_query=query)).direct == ()
    assert await talk.open_updates() == []


async def test_a_channel_speaks_for_itself(sqlite: Database) -> None:
    talk = Talk(sqlite)
    post = in_group("/subscribe Kyiv")
    del post["from"]
    post["chat"] = post["sender_chat"] = {"id": -7, "type": "channel", "title": "Alerts"}
    await talk.update(channel_post=post)
    assert len(await talk.followed(-7)) == 1
