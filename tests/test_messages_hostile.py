"""Hostile texts: no message is too long for Telegram or cut inside a grapheme cluster."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from support.shared_resources import catalog, gazetteer, reader, topics

from alerts.classification import read_bulletin
from alerts.tally import item_of
from bot.delivery.outcome import Sent
from bot.delivery.sender import Sender
from bot.standin.person import Person
from bot.standin.server import Standin
from handlers.messages.bulletin import BulletinRenderer, RenderOptions, parse_callback
from handlers.messages.digest import DigestRenderer
from storage.inbound.bulletins import StoredBulletin
from storage.subscribers.subscribers import Detail, Target
from storage.values.message import MessageContent

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
def renderer() -> BulletinRenderer:
    return BulletinRenderer(catalog(), reader())


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as running:
        yield running


async def send(sender: Sender, person: Person, content: MessageContent) -> str:
    """Send a message and return its text; fails unless Telegram accepts the first attempt."""
    outcome = await sender.send(Target(person.id), content, silent=False)
    assert isinstance(outcome, Sent), outcome
    return person.chat.messages[-1].text


def is_cut_inside_cluster(text: str) -> bool:
    """Return whether a text begins or ends inside a grapheme cluster."""
    continuations = ("\u0301", "\U0001f3fd")
    return text.startswith(continuations) or text.count("\U0001f1fa") != text.count("\U0001f1e6")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("detail", Detail)
async def test_a_push_is_one_message_with_a_button_for_the_rest(
    standin: Standin, sender: Sender, renderer: BulletinRenderer, name: str, detail: Detail
) -> None:
    """The button opens the rest in pages, and no page ends inside a grapheme cluster."""
    person = standin.people.person("Ann", started=True)
    text = HOSTILE[name]
    stored = StoredBulletin(
        id=7, source="blog", key="1", title="Bridge closed", text=text, received_at=NOW
    )
    options = RenderOptions("en", None, detail)
    content = renderer.render(stored, options, NOW)
    parts = [await send(sender, person, content)]
    while content.buttons:
        pressed = parse_callback((content.buttons[0][0].data or "").removeprefix("m:"))
        assert pressed is not None
        page = renderer.render_page(stored, options, NOW, pressed[1])
        assert page is not None
        content = page
        parts.append(await send(sender, person, content))
        assert len(parts) < 100, "pages without end"
    assert len(standin.journal.of("sendMessage")) == len(parts)
    assert not any(call.status != 200 for call in standin.journal)
    if name != "marks on marks":  # thousands of marks have no boundary
        bodies = [part.partition("\n\n")[2].rpartition("\n\n")[0] for part in parts]
        assert not [body for body in bodies if is_cut_inside_cluster(body)]


@pytest.mark.parametrize("title", ["Bridge closed", HOSTILE["families"], HOSTILE["markup"]])
async def test_a_digest_of_hostile_texts_is_complete(
    standin: Standin, sender: Sender, renderer: BulletinRenderer, title: str
) -> None:
    """A digest may take several messages, and none ends inside a grapheme cluster."""
    person = standin.people.person("Ann", started=True)
    bulletins = [
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
    digest_renderer = DigestRenderer(catalog(), gazetteer(), topics(), renderer)
    items = [
        item_of(bulletin, read_bulletin(reader(), bulletin), gazetteer(), topics())
        for bulletin in bulletins
    ]
    contents = digest_renderer.render_digest(
        items, RenderOptions("uk", "Europe/Kyiv", Detail.FULL), NOW
    )
    for content in contents:
        assert not is_cut_inside_cluster(await send(sender, person, content))
    assert len(standin.journal) == len(contents)
    buttons = [str(button.data) for c in contents for row in c.buttons for button in row]
    assert sorted(buttons) == sorted(f"m:{bulletin.id}:0" for bulletin in bulletins)
