"""/why: why a message came, or why something did not."""

import asyncio

from alerts.classification import read
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.messages.pagination import pages
from handlers.services import match_explanation, missed_alerts
from handlers.services.delivery_trace import told
from handlers.telegram.callback_data import number
from handlers.telegram.events import Replied, Request
from handlers.text import plain_text
from handlers.text.html import Html, bold, join
from matching.text.tokenizer import words
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import ANNOUNCEMENTS, Bulletin, StoredBulletin
from storage.outbox import delivery_trace, receipts
from storage.subscribers import subscriptions
from storage.values.message import Button

PREFIX = "y"
"""Of the buttons that ask: `y:BULLETIN`."""

_LOOKED_THROUGH = 2_000
_BATCH = 100
_FEWEST = 2
"""Words that tell which report is meant."""

_HEADLINE = 120


async def why(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/why in reply to a message, or with a link or some text."""
    voice = kit.voice(request)
    replied = request.heard.replied
    if replied and missed_alerts.is_summary(replied.text, kit):
        told = await missed_alerts.explain(request, transaction, kit, replied.sent_at)
        return reply(told or voice.say("why-usage"))
    found = await _replied(request, transaction, replied) if replied else None
    text = request.text or (replied.text if replied else "")
    if found is None and not text:
        return reply(voice.say("why-usage"))
    if found is None:
        found = await _find(transaction, text)
    if found is None:
        return reply(await _unknown(request, transaction, kit, text))
    return reply(await _known(request, transaction, kit, found))


async def press_why(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """The button under a report."""
    wanted = number(request.pressed)
    found = (await bulletins.get(transaction, [wanted])).get(wanted) if wanted else None
    if found is None:
        return Reply(answer=kit.voice(request).label("answer-report-gone"))
    return reply(await _known(request, transaction, kit, found))


def why_button(bulletin: int, label: str) -> Button:
    return Button(label, f"{PREFIX}:{bulletin}")


async def _replied(
    request: Request, transaction: Transaction, replied: Replied
) -> StoredBulletin | None:
    """The report that a message of ours carries; None where it carries none, or many."""
    chat = request.heard.target.chat_id
    id_ = await receipts.bulletin_of(transaction, chat, replied.message_id, replied.sent_at)
    return (await bulletins.get(transaction, [id_])).get(id_) if id_ is not None else None


async def _find(transaction: Transaction, text: str) -> StoredBulletin | None:
    """The newest report at that address, or that says those words; of the newest few thousand."""
    wanted = f" {' '.join(words(text))} "
    told_apart = len(wanted.split()) >= _FEWEST
    at: int | None = None
    for _ in range(_LOOKED_THROUGH // _BATCH):
        batch = await bulletins.newest(transaction, _BATCH, before=at, repeats=True)
        for each in batch:
            said = f" {' '.join(words(f'{each.title} {each.text}'))} " if told_apart else ""
            if each.url == text.strip() or (told_apart and wanted in said):
                return each
            await asyncio.sleep(0)
        if len(batch) < _BATCH:
            return None
        at = batch[-1].id
    return None


async def _known(
    request: Request, transaction: Transaction, kit: Kit, found: StoredBulletin
) -> Html:
    voice = kit.voice(request)
    head = bold(plain_text.shorten(plain_text.line(pages(found).headline or found.text), _HEADLINE))
    if found.source == ANNOUNCEMENTS:
        return join("\n\n", [head, voice.say("why-announcement")])
    traced = await delivery_trace.trace(transaction, found.id, request.subscriber.number)
    became = await told(transaction, traced, found, request, voice)
    return join("\n\n", [head, became, *await _reasons(request, transaction, kit, found)])


async def _unknown(request: Request, transaction: Transaction, kit: Kit, text: str) -> Html:
    voice = kit.voice(request)
    supposed = Bulletin(source="", key="", text=text, received_at=request.now)
    return join(
        "\n\n", [voice.say("why-not-known"), *await _reasons(request, transaction, kit, supposed)]
    )


async def _reasons(
    request: Request, transaction: Transaction, kit: Kit, bulletin: Bulletin
) -> list[Html]:
    """What asks for it, or, where nothing does, what is missing for each thing followed."""
    followed = await subscriptions.of(transaction, request.subscriber.number)
    reading = read(kit.reader, bulletin)
    text = f"{bulletin.title}\n{bulletin.text}"
    return match_explanation.say(followed, reading, text, kit, request)
