"""/start: a greeting, or the confirmation a deep link asks for."""

import base64
import binascii

from handlers.commands.onboarding import greeting
from handlers.commands.subscribe import follow_button, refused
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.telegram.events import Request
from handlers.text.query_text import Wording
from matching.query.errors import QueryError
from matching.query.parser import parse
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.values.message import Content


async def start(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/start [PAYLOAD]"""
    if request.text:
        return _confirm(request, kit)
    voice = kit.voice(request)
    count = len(await subscriptions.of(transaction, request.subscriber.number))
    if count:
        return reply(voice.say("start-again", count=count))
    return Reply(replies=(greeting(request, kit),))


def read_payload(payload: str) -> str | None:
    """The query in the payload of a deep link (t.me/BOT?start=PAYLOAD): base64url of its UTF-8.

    None for what is forged or cut.
    """
    try:
        padded = payload.encode("ascii") + b"=" * (-len(payload) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode() or None
    except (UnicodeError, binascii.Error):
        return None


def _confirm(request: Request, kit: Kit) -> Reply:
    voice = kit.voice(request)
    written = read_payload(request.text)
    if written is None:
        return reply(voice.say("start-bad-link"))
    try:
        query = parse(written, kit.gazetteer, kit.topics).query
    except QueryError as error:
        return refused(written, error, voice)
    what = Wording(voice, kit.gazetteer, kit.topics).describe(query, written)
    said = voice.say("start-confirm", what=what)
    return Reply(replies=(Content(said, ((follow_button(written, voice),),)),))
