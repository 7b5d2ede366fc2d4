"""What is posted in a channel: many read it, and nobody can press a button under it."""

from support.delivery_driver import at_work, now, people
from support.shared_resources import gazetteer, reader, topics, words

from bot.delivery.render_cache import Renderer
from bot.delivery.sender import Sender
from bot.standin.journal import Call
from bot.standin.server import Standin
from handlers.messages.alert import IncidentMessages
from handlers.messages.bulletin import Messages
from storage.engine.database import Database
from storage.subscribers.subscribers import ChatKind
from storage.values.lanes import Lane
from storage.values.message import Button

LINK = "https://example.org/bridge"


def only(standin: Standin, chat: int, words: str) -> Call:
    """The one message to a chat with these words."""
    (call,) = [c for c in standin.journal.of("sendMessage", chat) if words in c.params["text"]]
    return call


async def test_a_channel_is_sent_what_fits_with_a_link_and_nothing_to_press(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    incidents = IncidentMessages(words(), gazetteer(), topics())
    render = Renderer(Messages(words(), reader()), incidents, now)
    async with at_work(sqlite, sender, render=render) as outbox:
        (ann,), (reads,) = await people(standin, outbox, 1)
        street = standin.people.channel("Street")
        channel = await outbox.subscriber(street.id, kind=ChatKind.CHANNEL)
        long = "The bridge is closed. " * 400
        await outbox.broadcast("Bridge", [reads, channel], text=long, url=LINK)
        await outbox.settled()
    assert "Read the rest" in str(only(standin, ann.id, "Bridge").params["reply_markup"])
    post = only(standin, street.id, "Bridge")
    assert "reply_markup" not in post.params
    assert 2_500 < len(post.params["text"]) < 4_096
    assert "The bridge is closed. …\n\n" in post.params["text"]
    assert f'<a href="{LINK}">read on</a>' in post.params["text"]


async def test_a_digest_loses_its_buttons_but_for_links_and_an_answer_there_keeps_them(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with at_work(sqlite, sender) as outbox:
        street = standin.people.channel("Street")
        channel = await outbox.subscriber(street.id, kind=ChatKind.CHANNEL)
        buttons = ((Button("1", data="m:1:0"),), (Button("Map", url=LINK),))
        await outbox.say("One report", channel, lane=Lane.DIGEST, buttons=buttons)
        await outbox.say("An answer", channel, buttons=buttons)
        await outbox.settled()
    digest = only(standin, street.id, "One report")
    assert digest.params["reply_markup"] == {"inline_keyboard": [[{"text": "Map", "url": LINK}]]}
    answer = only(standin, street.id, "An answer")
    assert "m:1:0" in str(answer.params["reply_markup"])
