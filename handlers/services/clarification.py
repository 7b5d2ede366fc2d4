"""Clarification: the question about a doubtful word of a query, with a button for each meaning."""

from handlers.framework.handler_context import HandlerContext
from handlers.telegram.events import Request
from handlers.telegram.keyboards import MAX_BYTES, encode_text
from handlers.text.html import Html, escape, join
from handlers.text.plain_text import echo
from matching.query.doubts import AS_TYPED, Doubt, DoubtChoice
from matching.spelling.neighbourhoods import find_city_of
from storage.subscribers.subscribers import ChatKind
from storage.values.message import Button, MessageContent

MEANING = "fq"
"""Callback prefix of `fq:TOKEN:TEXT`: subscribe to the text, as typed after /subscribe, with the
meaning of its first doubtful word. TOKEN is the code of a place, `layout`, or `-` for the word."""

_CHANNEL_PREFIX = 20  # bytes that the buttons for a channel have in addition


def render_question(
    doubt: Doubt, text: str, request: Request, context: HandlerContext
) -> MessageContent:
    """Ask what a doubtful word means. `text`: as typed, with what follows `|`."""
    translator = context.translator(request)
    is_for_channel = request.message.kind is ChatKind.CHANNEL
    max_bytes = MAX_BYTES - (_CHANNEL_PREFIX if is_for_channel else 0)
    buttons = [
        Button(
            _label(choice, doubt, request, context),
            encode_text(f"{MEANING}:{choice.token}:", text, max_bytes),
        )
        for choice in doubt.choices
    ]
    guess, likeliest = buttons[0].label, doubt.choices[0]
    key = "subscribe-ask"
    if likeliest.token != likeliest.place:
        key = "subscribe-ask-layout"
    elif find_city_of(doubt.text):
        key = "subscribe-ask-part"
    question = translator.html(key, guess=guess, written=echo(doubt.text))
    # A long text does not fit the buttons, which then refer to the code in the message.
    quoted = Html(f"<code>{escape(text)}</code>")
    return MessageContent(join("\n\n", [question, quoted]), tuple((button,) for button in buttons))


def _label(choice: DoubtChoice, doubt: Doubt, request: Request, context: HandlerContext) -> str:
    if choice.token == AS_TYPED:
        return context.translator(request).text("button-word-typed", word=echo(doubt.text))
    if choice.place is not None:
        return context.formatter(request).place_name(choice.place)
    return choice.text
