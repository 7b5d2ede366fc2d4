"""Rejections: replies to updates that no command or button handles, or that are not allowed."""

import difflib

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.telegram.events import Request
from storage.engine.database import Transaction


async def reject_unknown_command(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Reply to an unknown command; name the most similar one."""
    translator = context.translator(request)
    names = [command.name for command in context.commands_for(request.message)]
    matches = difflib.get_close_matches(request.message.command or "", names, 1, 0.5)
    if matches:
        return text_reply(translator.html("unknown-near", command=matches[0]))
    return text_reply(translator.html("unknown"))


async def reject_outdated_button(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Answer a button with unknown callback data: outdated or forged."""
    return Reply(answer=context.translator(request).text("answer-old-button"))


async def reject_non_administrator(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Refuse a change by a person who does not administer the group."""
    translator = context.translator(request)
    if request.message.callback_query:
        return Reply(answer=translator.text("answer-not-administrator"))
    return text_reply(translator.html("not-administrator"))


async def reject_over_rate_limit(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Refuse a request beyond the rate limit of the chat."""
    translator = context.translator(request)
    if request.message.callback_query:
        return Reply(answer=translator.text("answer-too-fast"))
    return text_reply(translator.html("too-fast"))


async def reject_channel_reader(
    request: Request, _transaction: Transaction, context: HandlerContext
) -> Reply:
    """Send a reader of a channel to the private chat.

    A reply in the channel would reach all its readers.
    """
    return Reply(answer=context.translator(request).text("answer-read-in-private"))
