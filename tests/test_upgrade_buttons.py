"""Upgrade: a button under a message that an old version sent still does what it says.

Each line of callback_data.txt is pressed in its chat, on the upgraded database. It must have the
effect of its prefix, except for the buttons in REFUSED: what they name was gone before the upgrade.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import Payload, Response, private_message
from support.shared_resources import catalog
from support.upgrade_fixtures import (
    CHANNEL,
    CHATS,
    GROUP,
    JOHN,
    MARIA,
    OLENA,
    UPGRADE,
    UpgradedDriver,
    administrators,
    open_driver,
    write_upgraded_database,
)

from handlers.framework.replies import CallbackAnswer, MessageEdit
from handlers.text.i18n import LANGUAGES

EVE = 210000006

REFUSED = {
    # Eve confirmed /forget; nothing of her chat is stored any more.
    (EVE, "c:49:0:UA32000000000030281"): "answer-gone",
    # The question of /forget is more than an hour old.
    (EVE, "fe:1794992864"): "answer-old-button",
    # The announcement has been sent: its draft cannot be cancelled.
    (OLENA, "ac:30"): "answer-old-button",
    (OLENA, "ac:32"): "answer-old-button",
    # The draft was cancelled.
    (OLENA, "as:31"): "answer-old-button",
    (OLENA, "ac:31"): "answer-old-button",
    # Seen on a copy of the database, where the draft was sent; here it is a draft still.
    (OLENA, "ar:33:10"): "answer-old-button",
    (OLENA, "ax:33:10"): "answer-old-button",
}
"""All buttons that are to be refused: by chat and callback data, the key of the answer."""

SHOWS = frozenset(
    {"al", "ar", "as", "ac", "dp", "fk", "ln", "lo", "op", "ow", "pr", "qp", "sp", "t"}
)
"""Prefixes of buttons that edit their message and need no words beside it."""

REPLIES = frozenset({"f", "m", "oq", "y"})
"""Prefixes of buttons that are answered by a message."""

CHANGES = frozenset({
    "ax", "c", "dm", "dn", "dw", "fa", "fe", "pp", "qa", "qh", "sh", "sr", "sx", "ta", "td", "tl",
    "tz",
})  # fmt: skip
"""Prefixes of buttons that edit their message and say what changed, or that nothing had to."""

DESTROYS = frozenset({"ac", "as", "ax", "c", "fa", "fe", "sx"})
"""Prefixes of buttons that take away what other buttons are for: each gets a copy of its own."""


@dataclass(frozen=True)
class SentButton:
    """Button that the old version sent."""

    chat: int
    thread: int
    user: int  # who saw it; the chat itself if everybody in it did
    data: str
    code_text: str  # first code text of its message, if the callback data refers to it

    @property
    def prefix(self) -> str:
        """Return the prefix that names the handler, without that of a channel."""
        return self.data.rpartition("|")[2].partition(":")[0]

    @property
    def message(self) -> Payload:
        """Return the message with the button, as Telegram sends it."""
        message = private_message(self.code_text or "a message of the bot", user=self.chat)
        message["chat"] = CHATS.get(self.chat, message["chat"])
        if self.thread:
            message |= {"message_thread_id": self.thread, "is_topic_message": True}
        if self.code_text:
            length = len(self.code_text.encode("utf-16-le")) // 2
            message["entities"] = [{"type": "code", "offset": 0, "length": length}]
        return message


def read_buttons() -> list[SentButton]:
    """Return all buttons of callback_data.txt."""
    buttons: list[SentButton] = []
    chat = thread = user = 0
    code_text = ""
    for line in (UPGRADE / "callback_data.txt").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"# .* \[chat (-?\d+), topic (\d+), user (-?\d+)\]", line):
            chat, thread, user = map(int, heading.groups())
        elif comment := re.fullmatch(r"# the next one's … stands for: (.+)", line):
            code_text = comment[1]
        elif line and not line.startswith("#"):
            buttons.append(SentButton(chat, thread, user, line, code_text))
            code_text = ""
    return buttons


SENT = read_buttons()


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The upgraded database, to copy from."""
    path = tmp_path_factory.mktemp("upgrade") / "upgraded.db"
    asyncio.run(write_upgraded_database(path))
    return path


@asynccontextmanager
async def fresh_copy(upgraded: Path, folder: Path) -> AsyncIterator[UpgradedDriver]:
    """Yield a driver on a copy that nobody has changed."""
    path = folder / "copy.db"
    shutil.copy(upgraded, path)
    async with open_driver(path) as driver:
        yield driver


async def press(driver: UpgradedDriver, button: SentButton) -> Response:
    """Press a button as the person who saw it, or as an administrator of the chat."""
    user = button.user if button.user > 0 else min(await administrators(button.chat))
    return await driver.press(button.data, user=user, under=button.message)


def in_all_languages(key: str) -> list[str]:
    """Return a text in all languages."""
    return [catalog().translator(language.code).text(key) for language in LANGUAGES]


def has_effect(button: SentButton, response: Response) -> bool:
    """Return whether a response is what a button with this prefix is for."""
    *calls, answer = response.immediate_calls
    assert isinstance(answer, CallbackAnswer)
    is_edited = [type(call) for call in calls] == [MessageEdit]
    if button.prefix in SHOWS:
        return is_edited and not answer.text
    if button.prefix in REPLIES:
        return bool(response.replies) and not calls and not answer.text
    assert button.prefix in CHANGES
    if not is_edited:
        return answer.text in in_all_languages("answer-already-chosen")
    return bool(answer.text)


async def press_all(
    buttons: Sequence[SentButton], upgraded: Path, folder: Path
) -> list[tuple[SentButton, Response]]:
    """Press buttons of one prefix, each that destroys something on a copy of its own."""
    groups = [[button] for button in buttons]
    if buttons[0].prefix not in DESTROYS:
        groups = [list(buttons)]
    responses = []
    for group in groups:
        async with fresh_copy(upgraded, folder) as driver:
            responses += [(button, await press(driver, button)) for button in group]
    return responses


def test_the_file_of_buttons_is_read_completely() -> None:
    assert len(SENT) == 641
    assert {button.prefix for button in SENT} == SHOWS | REPLIES | CHANGES
    assert {(button.chat, button.data) for button in SENT} >= REFUSED.keys()
    assert sum(bool(button.code_text) for button in SENT) == 4


@pytest.mark.parametrize("prefix", sorted({button.prefix for button in SENT}))
async def test_a_sent_button_has_its_effect(upgraded: Path, tmp_path: Path, prefix: str) -> None:
    buttons = [
        button
        for button in SENT
        if button.prefix == prefix and (button.chat, button.data) not in REFUSED
    ]
    assert buttons
    with capture_logs() as logs:
        responses = await press_all(buttons, upgraded, tmp_path)
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    without_effect = [
        (button.data, button.chat, response)
        for button, response in responses
        if not has_effect(button, response)
    ]
    assert without_effect == []


@pytest.mark.parametrize(("chat", "data"), REFUSED)
async def test_a_button_for_something_gone_is_refused(
    upgraded: Path, tmp_path: Path, chat: int, data: str
) -> None:
    (button,) = [button for button in SENT if (button.chat, button.data) == (chat, data)]
    ((_, response),) = await press_all([button], upgraded, tmp_path)
    assert response.answer in in_all_languages(REFUSED[chat, data])
    assert len(response.immediate_calls) == 1
    assert response.replies == ()


async def test_a_reader_of_a_channel_is_sent_to_the_private_chat(
    upgraded: Path, tmp_path: Path
) -> None:
    buttons = [button for button in SENT if button.chat == CHANNEL]
    assert len(buttons) == 7
    async with fresh_copy(upgraded, tmp_path) as driver:
        for button in buttons:
            key = "answer-read-in-private"
            if button.prefix in CHANGES:
                key = "answer-not-administrator"
            response = await driver.press(button.data, user=MARIA, under=button.message)
            assert response.answer in in_all_languages(key)
            assert len(response.immediate_calls) == 1


@pytest.mark.parametrize(
    ("chat", "thread", "data", "owner"),
    [
        (OLENA, 0, "sx:4:0", OLENA),
        (JOHN, 0, "sx:19:1", JOHN),
        (GROUP, 4, "sx:52:0", GROUP),
        (JOHN, 0, "@13|sx:60:0", CHANNEL),
    ],
)
async def test_a_button_removes_the_subscription_that_it_was_sent_for(
    upgraded: Path, tmp_path: Path, chat: int, thread: int, data: str, owner: int
) -> None:
    (button,) = [
        button
        for button in SENT
        if (button.chat, button.thread, button.data) == (chat, thread, data)
    ]
    async with fresh_copy(upgraded, tmp_path) as driver:
        before = {subscription.id for subscription in await driver.get_subscriptions(owner, thread)}
        await press(driver, button)
        after = {subscription.id for subscription in await driver.get_subscriptions(owner, thread)}
    assert before - after == {int(data.split(":")[1])}
    assert after < before
