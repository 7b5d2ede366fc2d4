"""Channel posts: many people read them, and none can use a callback button."""

from support.delivery_driver import add_people, now, running_delivery
from support.shared_resources import catalog, gazetteer, reader

from bot.delivery.render_cache import RenderCache
from bot.delivery.sender import Sender
from bot.standin.journal import Call
from bot.standin.server import Standin
from handlers.messages.alert import AlertRenderer
from handlers.messages.bulletin import BulletinRenderer
from storage.engine.database import Database
from storage.subscribers.subscribers import ChatKind
from storage.values.lanes import Lane
from storage.values.message import Button

LINK = "https://example.org/bridge"


def find_message(standin: Standin, chat: int, words: str) -> Call:
    """Return the message to a chat that contains `words`; fail unless there is exactly one."""
    (call,) = [c for c in standin.journal.of("sendMessage", chat) if words in c.params["text"]]
    return call


async def test_a_channel_post_is_shortened_with_a_link_and_has_no_callback_buttons(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    incidents = AlertRenderer(catalog(), gazetteer())
    render = RenderCache(BulletinRenderer(catalog(), reader()), incidents, now)
    async with running_delivery(sqlite, sender, render=render) as outbox:
        (ann,), (reads,) = await add_people(standin, outbox, 1)
        street = standin.people.channel("Street")
        channel = await outbox.subscriber(street.id, kind=ChatKind.CHANNEL)
        long = "The bridge is closed. " * 400
        await outbox.broadcast("Bridge", [reads, channel], text=long, url=LINK)
        await outbox.wait_until_sent()
    assert "Read the rest" in str(find_message(standin, ann.id, "Bridge").params["reply_markup"])
    post = find_message(standin, street.id, "Bridge")
    assert "reply_markup" not in post.params
    assert 2_500 < len(post.params["text"]) < 4_096
    assert "The bridge is closed. …\n\n" in post.params["text"]
    assert f'<a href="{LINK}">read on</a>' in post.params["text"]


async def test_a_digest_in_a_channel_keeps_only_link_buttons_and_a_reply_keeps_all(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with running_delivery(sqlite, sender) as outbox:
        street = standin.people.channel("Street")
        channel = await outbox.subscriber(street.id, kind=ChatKind.CHANNEL)
        buttons = ((Button("1", data="m:1:0"),), (Button("Map", url=LINK),))
        await outbox.send_text("One report", channel, lane=Lane.DIGEST, buttons=buttons)
        await outbox.send_text("An answer", channel, buttons=buttons)
        await outbox.wait_until_sent()
    digest = find_message(standin, street.id, "One report")
    assert digest.params["reply_markup"] == {"inline_keyboard": [[{"text": "Map", "url": LINK}]]}
    answer = find_message(standin, street.id, "An answer")
    assert "m:1:0" in str(answer.params["reply_markup"])
