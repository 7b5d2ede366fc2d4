"""Texts made to break a message: none is too long for Telegram, and none is cut wrong."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from support.shared_resources import gazetteer, reader, topics, words

from alerts.tally import item
from bot.delivery.outcome import Sent
from bot.delivery.sender import Sender
from bot.standin.person import Person
from bot.standin.server import Standin
from handlers.messages.bulletin import Audience, Messages, read_press
from handlers.messages.digest import Roundup
from storage.inbound.bulletins import StoredBulletin
from storage.subscribers.subscribers import Detail, Target
from storage.values.message import Content

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FAMILY = "\U0001f468‍\U0001f469‍\U0001f467‍\U0001f466"
FLAG = "\U0001f1fa\U0001f1e6"

HOSTILE = {
    "one word of emoji": "\U0001f600" * 3_000,
    "families": FAMILY * 800,
    "flags": FLAG * 1_500,
    "skins": "\U0001f44d\U0001f3fd" * 1_500,
    "marks on marks": "а" + "\u0301" * 6_000,
    "markup": "<b>&amp;</b>" * 500,
    "open tags": "<a href='" * 700,
    "ampersands": "&" * 6_000,
    "sentences": "The storm is over. " * 400,
    "lines": "\n".join("a" for _ in range(4_000)),
    "no break": "x" * 9_000,
    "links": "https://example.org/?a=1&b=2 " * 250,
    "bidirectional": "\u202e\u2066abc" * 1_500,
    "nothing": "\u200b" * 5_000,
}


@pytest.fixture(scope="module")
def messages() -> Messages:
    return Messages(words(), reader())


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as running:
        yield running


async def shown(sender: Sender, person: Person, content: Content) -> str:
    """What the person sees: it was taken at the first attempt, as it was."""
    outcome = await sender.send(Target(person.id), content, silent=False)
    assert isinstance(outcome, Sent), outcome
    return person.chat.messages[-1].text


def is_cut_wrong(text: str) -> bool:
    """Whether it ends or begins in the middle of what is drawn as one."""
    inside = ("\u0301", "\U0001f3fd")
    return text.startswith(inside) or text.count("\U0001f1fa") != text.count("\U0001f1e6")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("detail", Detail)
async def test_a_push_is_one_message_with_a_button_for_the_rest(
    standin: Standin, sender: Sender, messages: Messages, name: str, detail: Detail
) -> None:
    """Cases 11 and 60 of the catalogue of failures."""
    person = standin.people.person("Ann", started=True)
    text = HOSTILE[name]
    stored = StoredBulletin(
        id=7, source="blog", key="1", title="Bridge closed", text=text, received_at=NOW
    )
    audience = Audience("en", None, detail)
    content = messages.bulletin(stored, audience, NOW)
    parts = [await shown(sender, person, content)]
    while content.buttons:
        pressed = read_press((content.buttons[0][0].data or "").removeprefix("m:"))
        assert pressed is not None
        page = messages.page(stored, audience, NOW, pressed[1])
        assert page is not None
        content = page
        parts.append(await shown(sender, person, content))
    assert len(standin.journal.of("sendMessage")) == len(parts)
    assert not any(call.status != 200 for call in standin.journal)
    if name != "marks on marks":  # there is no good place in thousands of marks
        bodies = [part.partition("\n\n")[2].rpartition("\n\n")[0] for part in parts]
        assert not [body for body in bodies if is_cut_wrong(body)]


@pytest.mark.parametrize("title", ["Bridge closed", HOSTILE["families"], HOSTILE["markup"]])
async def test_a_digest_of_hostile_texts_arrives_whole(
    standin: Standin, sender: Sender, messages: Messages, title: str
) -> None:
    """Case 60 of the catalogue of failures."""
    person = standin.people.person("Ann", started=True)
    many = [
        StoredBulletin(
            id=number,
            source="blog",
            key=str(number),
            title=title,
            text=text,
            url="https://example.org/?q=" + "%26" * 300,
            received_at=NOW,
        )
        for number, text in enumerate(HOSTILE.values(), start=1)
    ]
    roundup = Roundup(words(), gazetteer(), topics(), messages)
    items = [item(each, reader(), gazetteer(), topics()) for each in many]
    contents = roundup.digest(items, Audience("uk", "Europe/Kyiv", Detail.FULL), NOW)
    for content in contents:
        assert not is_cut_wrong(await shown(sender, person, content))
    assert len(standin.journal) == len(contents)
    buttons = [str(button.data) for c in contents for row in c.buttons for button in row]
    assert sorted(buttons) == sorted(f"m:{bulletin.id}:0" for bulletin in many)
