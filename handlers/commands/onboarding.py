"""Onboarding: guide a new user to a first subscription in three taps.

The taps choose a place, then a scope; the last one subscribes and shows the current state there.
"""

from dataclasses import replace

from handlers.commands import alerts
from handlers.commands.subscribe import subscribe_to_query
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.services.canonical_query import serialize_query
from handlers.services.search import Search
from handlers.services.subscriptions import SubscriptionQuotaError
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.query_text import QueryFormatter
from matching.query.ast import And, Or, PlaceTerm, Query, TopicTerm
from storage.engine.database import Transaction
from storage.subscribers import subscribers
from storage.values.message import Button, MessageContent

PLACES = "ow"
"""Callback prefix of `ow:cities` and `ow:oblasts`: list places."""

PLACE = "op"
"""Callback prefix of `op:CODE`: choose a place."""

SCOPE = "oq"
"""Callback prefix of `oq:SCOPE:CODE`: subscribe to a place; SCOPE is a key of _SCOPE_TOPICS."""

_CITIES = (
    *("UA80000000000093317", "UA63120270010096107"),  # Kyiv, Kharkiv
    *("UA51100270010076757", "UA12020010010037010"),  # Odesa, Dnipro
    *("UA23060070010069526", "UA46060250010015970"),  # Zaporizhzhia, Lviv
)
_COUNTRY = "UA"

_ALERTS = ("air_alert", "all_clear")
_SCOPE_TOPICS = {
    "alerts": _ALERTS,
    "important": (*_ALERTS, "missile", "drone", "artillery", "nuclear", "evacuation"),
    "everything": (),
}
_SCOPE_LABELS = {
    "alerts": "button-alerts",
    "important": "button-important",
    "everything": "button-everything",
}

_BUTTONS_PER_ROW = 2

_SEARCH_DEPTH = 500
"""Bulletins searched for the newest one: the search holds a write transaction open."""


def render_greeting(request: Request, context: HandlerContext) -> MessageContent:
    """Render the first message, with a button for each suggested place."""
    translator = context.translator(request)
    greeting = join("\n\n", [translator.html("start"), translator.html("start-where")])
    rows = _place_rows((*_CITIES, _COUNTRY), context, translator)
    oblasts = Button(translator.text("button-oblasts"), f"{PLACES}:oblasts")
    return MessageContent(greeting, (*rows[:-1], (*rows[-1], oblasts)))


def place_button(code: str, name: str) -> Button:
    """Return a button that chooses a place."""
    return Button(name, f"{PLACE}:{code}")


async def show_places(
    request: Request, _transaction: Transaction, context: HandlerContext
) -> Reply:
    """Show the cities or the oblasts in place of the message."""
    if request.callback_payload != "oblasts":
        return Reply(edit=render_greeting(request, context))
    translator = context.translator(request)
    oblasts = [
        region.code
        for region in context.gazetteer.prominent_regions()
        if region.kind == "oblast" and region.is_home
    ]
    names_by_code = {code: context.gazetteer.name(code, translator.language) for code in oblasts}
    rows = _place_rows(sorted(oblasts, key=lambda code: names_by_code[code]), context, translator)
    back_row = (Button(translator.text("button-cities"), f"{PLACES}:cities"),)
    return Reply(edit=MessageContent(translator.html("start-where"), (*rows, back_row)))


async def ask_scope(request: Request, _transaction: Transaction, context: HandlerContext) -> Reply:
    """Ask for the scope: alerts, important news or everything about the place."""
    translator = context.translator(request)
    region = context.gazetteer.get(request.callback_payload)
    if region is None:
        return Reply(answer=translator.text("answer-old-button"))
    question = translator.html("start-what", place=_place_name(region.code, context, translator))
    rows = tuple(
        (Button(translator.text(label_key), f"{SCOPE}:{scope}:{region.code}"),)
        for scope, label_key in _SCOPE_LABELS.items()
    )
    back_row = (Button(translator.text("button-cities"), f"{PLACES}:cities"),)
    return Reply(edit=MessageContent(question, (*rows, back_row)))


async def subscribe(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Subscribe; show the active alerts there, and the last bulletin for a wider scope."""
    translator = context.translator(request)
    scope, _, code = request.callback_payload.partition(":")
    region = context.gazetteer.get(code)
    if scope not in _SCOPE_TOPICS or region is None:
        return Reply(answer=translator.text("answer-old-button"))
    query = _build_query(scope, code)
    try:
        confirmation = await subscribe_to_query(
            request, transaction, context, serialize_query(query)
        )
    except SubscriptionQuotaError:
        return Reply(answer=translator.text("answer-too-many", count=context.subscription_quota))
    # Reload: the first place sets the time zone in which times are shown.
    subscriber_number = request.subscriber.number
    request = replace(
        request,
        subscriber=(await subscribers.get(transaction, [subscriber_number]))[subscriber_number],
    )
    alerts_message = await alerts.render_active_alerts(request, transaction, context, region)
    messages = [
        replace(
            alerts_message,
            html=join("\n\n", [Html(alerts_message.html), translator.html("start-test")]),
        )
    ]
    if scope != "alerts":
        messages.append(await _render_last_bulletin(request, transaction, context, query))
    return replace(confirmation, messages=(*confirmation.messages, *messages))


async def _render_last_bulletin(
    request: Request, transaction: Transaction, context: HandlerContext, query: Query
) -> MessageContent:
    """Render the newest stored bulletin that matches the subscription."""
    translator = context.translator(request)
    result = await Search(transaction, context.reader, query, _SEARCH_DEPTH).page_before(1)
    if not result.bulletins:
        return MessageContent(translator.html("start-nothing-yet"))
    content = context.bulletin_renderer.render(
        result.bulletins[0], context.render_options(request), request.now
    )
    return replace(
        content, html=join("\n\n", [translator.html("start-newest"), Html(content.html)])
    )


def _build_query(scope: str, code: str) -> Query:
    topics = tuple(TopicTerm(name) for name in _SCOPE_TOPICS[scope])
    return And((Or(topics), PlaceTerm(code))) if topics else PlaceTerm(code)


def _place_rows(
    codes: tuple[str, ...] | list[str], context: HandlerContext, translator: Translator
) -> list[tuple[Button, ...]]:
    buttons = [place_button(code, _place_name(code, context, translator)) for code in codes]
    return [
        tuple(buttons[start : start + _BUTTONS_PER_ROW])
        for start in range(0, len(buttons), _BUTTONS_PER_ROW)
    ]


def _place_name(code: str, context: HandlerContext, translator: Translator) -> str:
    return QueryFormatter(translator, context.gazetteer, context.topics).place_name(code)
