"""/failed, for those who run the bot: what was given up and why, with buttons to try again."""

from handlers.commands.stats import LANES
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.telegram.callback_data import number
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.dates import moment
from handlers.text.html import Html, bold, join, shown
from handlers.text.i18n import Voice
from storage.engine.database import Transaction
from storage.outbox import dead_letters
from storage.outbox.dead_letters import GivenUp
from storage.values.message import Button, Content

AGAIN = "fa"
"""Prefix of `fa:DELIVERY`, which tries one again, and of `fa:all`."""

_SHOWN = 10
_LONGEST = 80  # characters of what was to be said, and of why it was not


async def show(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/failed"""
    return Reply(replies=(await _list(request, transaction, kit),))


async def press_again(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Tries one again, or all."""
    voice = kit.voice(request)
    if request.heard.user_id not in kit.operators:  # whoever presses may have forged it
        return Reply(answer=voice.label("answer-old-button"))
    wanted = number(request.pressed)
    if wanted is None and request.pressed != "all":
        return Reply(answer=voice.label("answer-old-button"))
    count = await dead_letters.again(transaction, request.now, wanted)
    answer = voice.label("failed-again", count=count) if count else voice.label("answer-gone")
    return Reply(edit=await _list(request, transaction, kit), answer=answer)


async def _list(request: Request, transaction: Transaction, kit: Kit) -> Content:
    voice = kit.voice(request)
    count = await dead_letters.count(transaction)
    if not count:
        return Content(voice.say("failed-none"))
    newest = await dead_letters.newest(transaction, _SHOWN)
    head = voice.say("failed-head", count=count)
    entries = [_entry(at, one, request, voice) for at, one in enumerate(newest, 1)]
    buttons = [Button(f"↻ {at}", data=f"{AGAIN}:{one.id}") for at, one in enumerate(newest, 1)]
    rows = (tuple(buttons[:5]), tuple(buttons[5:]))
    everything = Button(voice.label("button-again-all", count=count), data=f"{AGAIN}:all")
    return Content(join("\n\n", [head, *entries]), (*filter(None, rows), (everything,)))


def _entry(at: int, one: GivenUp, request: Request, voice: Voice) -> Html:
    said = shown(Html(one.said)) if "<" in one.said else one.said
    return voice.say(
        "failed-entry",
        at=str(at),
        when=moment(one.failed_at, request.subscriber.zone, request.now, voice),
        lane=voice.label(LANES[one.lane]),
        chat=str(one.chat_id),
        said=bold(plain_text.shorten(plain_text.line(said), _LONGEST)),
        why=plain_text.shorten(plain_text.line(one.failure), _LONGEST),
    )
