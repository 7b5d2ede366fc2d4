"""Command /topics: the tree of topics, each a button that subscribes or opens its children."""

from collections.abc import Iterator

from handlers.commands.subscribe import SUBSCRIBE
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.telegram.events import Request
from handlers.telegram.keyboards import MAX_BYTES, button_rows
from handlers.text.html import Html, bold, escape, join
from handlers.text.i18n import Translator
from matching.topics.hazards import AIR, hazard_tree
from storage.engine.database import Transaction
from storage.values.message import Button, MessageContent

PAGE = "h"
"""Callback prefix of `h:TOPIC`: show the children of a topic; without one the whole tree."""

_PHASES = ("air_alert", "all_clear")  # of an alert; they are in no tree
_BUTTONS_IN_ROW = 2
_MAX_NAME_BYTES = MAX_BYTES - len(f"{SUBSCRIBE}:#")
_TREE = hazard_tree()


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /topics."""
    return Reply(messages=(_render_tree(context, context.translator(request)),))


async def show_page(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Show the children of a topic, or the whole tree."""
    translator = context.translator(request)
    name = request.callback_payload
    if not name:
        return Reply(edit=_render_tree(context, translator))
    if not _TREE.children(name):
        return Reply(answer=translator.text("answer-old-button"))
    return Reply(edit=_render_children(name, context, translator))


def _render_tree(context: HandlerContext, translator: Translator) -> MessageContent:
    own = (name for name in context.topics.names if _TREE.get(name) is None)
    roots = (*_PHASES, *_TREE.children(None), *(name for name in own if name not in _PHASES))
    lines = [line for root in roots for line in _lines(root, "", context, translator)]
    html = join("\n\n", [translator.html("topics"), Html("\n".join(lines))])
    # A longer name of an operator's topic fits no button: its tag in the list is to be typed.
    short = [root for root in roots if len(root.encode()) <= _MAX_NAME_BYTES]
    buttons = [_button(root, context, translator) for root in short]
    return MessageContent(html, button_rows(buttons, _BUTTONS_IN_ROW))


def _lines(
    name: str, indent: str, context: HandlerContext, translator: Translator
) -> Iterator[str]:
    """Yield a line for a topic and for each one below it."""
    title = escape(context.topics.title(name, translator.language))
    yield f"{indent}{title} <code>#{escape(name)}</code>"
    for child in _TREE.children(name):
        yield from _lines(child, f"{indent}· ", context, translator)


def _render_children(name: str, context: HandlerContext, translator: Translator) -> MessageContent:
    path = [*reversed(_TREE.ancestors(name)), name]
    titles = [context.topics.title(item, translator.language) for item in path]
    all_label = translator.text("button-whole-topic", topic=titles[-1])
    buttons = [_button(child, context, translator) for child in _TREE.children(name)]
    back = Button(translator.text("button-back"), f"{PAGE}:{path[-2] if len(path) > 1 else ''}")
    rows = (
        (_subscribe_button(all_label, name),),
        *button_rows(buttons, _BUTTONS_IN_ROW),
        (back,),
    )
    html = join("\n\n", [bold(" › ".join(titles)), translator.html("topics-children")])
    return MessageContent(html, rows)


def _button(name: str, context: HandlerContext, translator: Translator) -> Button:
    title = context.topics.title(name, translator.language)
    if _TREE.children(name):
        return Button(f"{title} ›", f"{PAGE}:{name}")
    return _subscribe_button(title, name)


def _subscribe_button(label: str, name: str) -> Button:
    """Return a button that subscribes. An alarm without a threat is an air threat, too."""
    query = f"#{name} OR #air_alert" if name == AIR else f"#{name}"
    return Button(label, f"{SUBSCRIBE}:{query}")
