"""A place that was shared: where that is, with a button to follow it."""

from handlers.heard import Request
from handlers.kit import Kit
from handlers.onboarding import place_button
from handlers.said import Said, reply
from handlers.wording import Wording
from matching.finding import nearest
from storage.content import Content
from storage.database import Transaction


async def locate(request: Request, _transaction: Transaction, kit: Kit) -> Said:
    """The city and the raion of a shared location. The location itself is not kept."""
    voice = kit.voice(request)
    found = nearest(*request.location, kit.gazetteer)
    wording = Wording(voice, kit.gazetteer, kit.topics)
    names = {region.code: wording.place(region.code) for region in found if region}
    if not names:
        return reply(voice.say("locate-nowhere"))
    rows = tuple((place_button(code, name),) for code, name in names.items())
    said = voice.say("locate", places=", ".join(names.values()))
    return Said(replies=(Content(said, rows),))
