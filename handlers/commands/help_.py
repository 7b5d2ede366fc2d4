"""/help, /id, /privacy, and what is said to a command there is none of."""

import difflib

from handlers.framework.handler_context import Command, Kit
from handlers.framework.replies import Reply, reply
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from storage.engine.database import Transaction


async def show_help(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/help, derived from the list of commands."""
    voice = kit.voice(request)
    lines = join("\n", [_line(command, voice) for command in kit.commands_for(request.heard)])
    return reply(join("\n\n", [voice.say("help"), lines, voice.say("examples")]))


async def show_id(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/id"""
    voice, heard = kit.voice(request), request.heard
    yours = voice.say("id-person", id=str(heard.user_id)) if heard.user_id else Html()
    chat = Html() if request.is_private else voice.say("id-chat", id=str(heard.target.chat_id))
    return reply(join("\n", [yours, chat]))


async def show_privacy(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/privacy"""
    return reply(kit.voice(request).say("privacy"))


async def unknown(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """A command there is none of."""
    voice = kit.voice(request)
    names = [command.name for command in kit.commands_for(request.heard)]
    near = difflib.get_close_matches(request.heard.command or "", names, 1, 0.5)
    if near:
        return reply(voice.say("unknown-near", command=near[0]))
    return reply(voice.say("unknown"))


async def old_button(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """A button nobody draws, or draws any more."""
    return Reply(answer=kit.voice(request).label("answer-old-button"))


async def not_administrator(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Somebody else than an administrator would change what a group hears."""
    voice = kit.voice(request)
    if request.heard.press:
        return Reply(answer=voice.label("answer-not-administrator"))
    return reply(voice.say("not-administrator"))


async def too_fast(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """The chat asks for more than is answered."""
    voice = kit.voice(request)
    if request.heard.press:
        return Reply(answer=voice.label("answer-too-fast"))
    return reply(voice.say("too-fast"))


def _line(command: Command, voice: Voice) -> Html:
    usage = voice.say(command.usage) if command.usage else Html()
    name = join(" ", [Html(f"/{command.name}"), usage])
    return join(" — ", [name, voice.say(command.about)])
