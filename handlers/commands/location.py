"""A place that was shared: where that is, with a button to follow it."""

from handlers.commands.onboarding import place_button
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.telegram.events import Request
from handlers.text.query_text import Wording
from matching.places.lookup import nearest
from storage.engine.database import Transaction
from storage.values.message import Content


async def locate(request: Request, _transaction: Transaction, kit: Kit) -> Reply:
    """The city and the raion of a shared location. The location itself is not kept."""
    voice = kit.voice(request)
    found = nearest(*request.location, kit.gazetteer)
    wording = Wording(voice, kit.gazetteer, kit.topics)
    names = {region.code: wording.place(region.code) for region in found if region}
    if not names:
        return reply(voice.say("locate-nowhere"))
    rows = tuple((place_button(code, name),) for code, name in names.items())
    said = voice.say("locate", places=", ".join(names.values()))
    return Reply(replies=(Content(said, rows),))
