"""Commands /help, /id and /privacy."""

from handlers.framework.handler_context import Command, HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from storage.engine.database import Transaction


async def show_help(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /help: list the commands that the person may use."""
    translator = context.translator(request)
    lines = join(
        "\n",
        [_render_command(command, translator) for command in context.commands_for(request.message)],
    )
    return text_reply(join("\n\n", [translator.html("help"), lines, translator.html("examples")]))


async def show_id(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /id: show the Telegram ids of the person and the chat."""
    translator, message = context.translator(request), request.message
    user_line = translator.html("id-person", id=str(message.user_id)) if message.user_id else Html()
    chat_line = (
        Html() if request.is_private else translator.html("id-chat", id=str(message.target.chat_id))
    )
    return text_reply(join("\n", [user_line, chat_line]))


async def show_privacy(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Answer /privacy."""
    return text_reply(context.translator(request).html("privacy"))


def _render_command(command: Command, translator: Translator) -> Html:
    usage = translator.html(command.usage_key) if command.usage_key else Html()
    name = join(" ", [Html(f"/{command.name}"), usage])
    return join(" — ", [name, translator.html(command.description_key)])
