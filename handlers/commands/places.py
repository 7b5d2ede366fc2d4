"""Command /places: the saved places of a chat, to save, move and remove them."""

import functools
from collections.abc import Sequence
from dataclasses import replace

from handlers.commands.subscribe import subscribe_button
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services import saved_places as places_service
from handlers.services.place_positions import (
    NotOnePlaceError,
    clean_name,
    explain_name_fault,
    find_place,
    find_position,
    name_key,
)
from handlers.services.saved_places import MAX_PLACES, PlaceQuotaError, SaveResult, find_followers
from handlers.telegram.events import Request
from handlers.telegram.keyboards import parse_number
from handlers.text.html import Html, join
from handlers.text.i18n import LANGUAGES, Catalog, Translator
from handlers.text.plain_text import echo
from handlers.text.query_errors import format_error
from matching.query.ast import NearTerm, load
from matching.query.errors import QueryError
from matching.query.personal_places import refers_to
from matching.text.tokenizer import split_words
from storage.engine.database import Transaction
from storage.subscribers import saved_places, subscriptions
from storage.subscribers.saved_places import Position, StoredPlace
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button, MessageContent

REMOVE = "vx"
"""Callback prefix of `vx:PLACE`: remove a place; asks first if a subscription has it."""

REMOVE_ALL = "vd"
"""Callback prefix of `vd:PLACE`: remove a place with its subscriptions."""

KEEP = "vk"
"""Callback prefix of `vk:PLACE`: keep a place after all."""

MEANING = "vm"
"""Callback prefix of `vm:PLACE:CODE`: the place lies in another region of the same name."""

_MAX_FOLLOWERS = 8  # subscriptions in one message; a line has up to 350 UTF-16 units
_MAX_MEANINGS = 4


async def manage(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /places [NAME = PLACE | NAME DISTANCE | remove NAME]."""
    text = request.text
    if not text:
        return Reply(messages=(await _render_list(request, transaction, context),))
    name, separator, position = text.partition("=")
    if separator:
        return await save_by_name(request, transaction, context, name, position.strip())
    first_word, _, remainder = text.partition(" ")
    if first_word.casefold() in _removal_words(context.catalog):
        return await _remove_by_name(request, transaction, context, remainder)
    return await _change_radius(request, transaction, context, text)


async def save_by_name(
    request: Request, transaction: Transaction, context: HandlerContext, name: str, written: str
) -> Reply:
    """Save the place that a text describes."""
    translator = context.translator(request)
    name = clean_name(name)
    if fault := explain_name_fault(name, context, translator):
        return text_reply(fault)
    try:
        target = find_position(written, request, context)
    except NotOnePlaceError:
        return text_reply(translator.html("place-not-one", name=name))
    except QueryError as error:
        hint = translator.html("place-send-location")
        return text_reply(join("\n\n", [format_error(written, error, translator), hint]))
    return await save(request, transaction, context, name, target.position, target.alternatives)


async def save(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    name: str,
    position: Position,
    alternatives: Sequence[NearTerm] = (),
) -> Reply:
    """Save a place with a usable name, and say which subscriptions follow along."""
    try:
        result = await places_service.save(request, transaction, name, name_key(name), position)
    except PlaceQuotaError:
        return text_reply(context.translator(request).html("place-too-many", limit=MAX_PLACES))
    content = _render_saved(result, request, context)
    rows = _meaning_buttons(result.place, alternatives, request, context)
    content = replace(content, buttons=(*content.buttons, *rows))
    return Reply(messages=(content,), changed_subscriptions=result.followers)


async def choose_meaning(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Move a place to another region of the same name."""
    translator = context.translator(request)
    id_text, _, code = request.callback_payload.partition(":")
    place = _find_by_id(id_text, request)
    if place is None:
        return Reply(answer=translator.text("answer-gone"))
    try:
        target = find_position(f'in:"{code}" +{place.radius_km}km', request, context)
    except (QueryError, NotOnePlaceError):
        return Reply(answer=translator.text("answer-old-button"))
    result = await places_service.move(transaction, place, place.name, target.position)
    return Reply(
        edit=_render_saved(result, request, context),
        answer=translator.text("answer-changed"),
        changed_subscriptions=result.followers,
    )


async def remove(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Remove the place on the button; ask first if a subscription has it."""
    place = _find_by_id(request.callback_payload, request)
    if place is None:
        return Reply(answer=context.translator(request).text("answer-gone"))
    content = await _remove_or_ask(place, request, transaction, context)
    return Reply(edit=content)


async def remove_with_subscriptions(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Remove the place on the button and the subscriptions that have it."""
    translator = context.translator(request)
    place = _find_by_id(request.callback_payload, request)
    if place is None:
        return Reply(answer=translator.text("answer-gone"))
    ids = tuple(follower.id for follower in await find_followers(transaction, place))
    await subscriptions.remove(transaction, ids)
    await saved_places.remove(transaction, place.id)
    notice = translator.html("place-removed-with", name=place.name, count=len(ids))
    return Reply(
        edit=MessageContent(notice),
        answer=translator.text("answer-removed"),
        removed_subscription_ids=ids,
    )


async def keep(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Show the list again: nothing is removed."""
    return Reply(edit=await _render_list(request, transaction, context))


async def _remove_by_name(
    request: Request, transaction: Transaction, context: HandlerContext, name: str
) -> Reply:
    place = find_place(name, request)
    if place is None:
        return text_reply(context.translator(request).html("place-unknown", name=echo(name)))
    content = await _remove_or_ask(place, request, transaction, context)
    return Reply(messages=(content,))


async def _remove_or_ask(
    place: StoredPlace, request: Request, transaction: Transaction, context: HandlerContext
) -> MessageContent:
    """Remove a place that no subscription has; else return the question."""
    translator = context.translator(request)
    followers = await find_followers(transaction, place)
    if not followers:
        await saved_places.remove(transaction, place.id)
        return MessageContent(translator.html("place-removed", name=place.name))
    question = translator.html("place-in-use", name=place.name, count=len(followers))
    rows = (
        (
            Button(
                translator.text("button-remove-place-with", count=len(followers)),
                f"{REMOVE_ALL}:{place.id}",
            ),
        ),
        (Button(translator.text("button-keep-place"), f"{KEEP}:{place.id}"),),
    )
    lines = _follower_lines(followers, request, context)
    return MessageContent(join("\n\n", [question, lines]), rows)


async def _change_radius(
    request: Request, transaction: Transaction, context: HandlerContext, text: str
) -> Reply:
    """Answer /places NAME DISTANCE."""
    translator = context.translator(request)
    try:
        circle = find_position(text, request, context).position
    except (QueryError, NotOnePlaceError):
        return text_reply(translator.html("place-usage"))
    place = _find_named(text, request)
    centre = (circle.latitude, circle.longitude)
    if place is None or (place.latitude, place.longitude) != centre:
        return text_reply(translator.html("place-usage"))
    result = await places_service.move(transaction, place, place.name, circle)
    content = _render_saved(result, request, context)
    return Reply(messages=(content,), changed_subscriptions=result.followers)


def _find_named(text: str, request: Request) -> StoredPlace | None:
    """Return the saved place with the longest name that a text begins with."""
    words = split_words(text)
    names = (" ".join(words[:length]) for length in range(len(words), 0, -1))
    return next((place for name in names if (place := find_place(name, request))), None)


def _find_by_id(text: str, request: Request) -> StoredPlace | None:
    id_ = parse_number(text)
    return next((place for place in request.places.saved if place.id == id_), None)


async def _render_list(
    request: Request, transaction: Transaction, context: HandlerContext
) -> MessageContent:
    translator, saved = context.translator(request), request.places.saved
    how = translator.html("places-how")
    if not saved:
        return MessageContent(join("\n\n", [translator.html("places-none"), how]))
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    queries = [load(subscription.query) for subscription in subscribed]
    lines = [
        translator.html(
            "places-line",
            name=place.name,
            where=describe_position(place, request, context),
            distance=place.radius_km,
            count=sum(refers_to(query, place.id) for query in queries),
        )
        for place in saved
    ]
    heading = translator.html("places", count=len(saved))
    rows = tuple((_remove_button(place, translator),) for place in saved)
    return MessageContent(join("\n\n", [heading, Html("\n".join(lines)), how]), rows)


def describe_position(
    place: StoredPlace | Position, request: Request, context: HandlerContext
) -> str:
    """Return the name of the region that a place lies in or near; its degrees without one."""
    if place.region and context.gazetteer.get(place.region):
        return context.formatter(request).place_name(place.region)
    return f"{place.latitude:.2f}, {place.longitude:.2f}"


def _render_saved(result: SaveResult, request: Request, context: HandlerContext) -> MessageContent:
    translator, place = context.translator(request), result.place
    # A name that was typed anew may be spelt differently.
    request = replace(request, places=request.places._replace(saved=(place,)))
    text = translator.html(
        "place-saved" if result.is_new else "place-moved",
        name=place.name,
        where=describe_position(place, request, context),
        distance=place.radius_km,
    )
    parts = [text]
    if result.followers:
        head = translator.html("place-followers", count=len(result.followers))
        parts.append(join("\n", [head, _follower_lines(result.followers, request, context)]))
    if result.is_new:
        parts.append(translator.html("place-use", name=place.name))
    rows = (
        (subscribe_button(place.name, translator),),
        (_remove_button(place, translator),),
    )
    return MessageContent(join("\n\n", parts), rows)


def _remove_button(place: StoredPlace, translator: Translator) -> Button:
    label = translator.text("button-remove-place", name=echo(place.name))
    return Button(label, f"{REMOVE}:{place.id}")


def _follower_lines(
    followers: Sequence[Subscription], request: Request, context: HandlerContext
) -> Html:
    formatter = context.formatter(request)
    lines = [
        join(" ", [Html("•"), formatter.format(load(follower.query), follower.query_text)])
        for follower in followers[:_MAX_FOLLOWERS]
    ]
    if len(followers) > _MAX_FOLLOWERS:
        lines.append(Html("…"))
    return Html("\n".join(lines))


def _meaning_buttons(
    place: StoredPlace,
    alternatives: Sequence[NearTerm],
    request: Request,
    context: HandlerContext,
) -> tuple[tuple[Button, ...], ...]:
    translator, formatter = context.translator(request), context.formatter(request)
    return tuple(
        (
            Button(
                translator.text("button-place-instead", place=formatter.place_name(term.reference)),
                f"{MEANING}:{place.id}:{term.reference}",
            ),
        )
        for term in alternatives[:_MAX_MEANINGS]
    )


@functools.lru_cache(maxsize=1)
def _removal_words(catalog: Catalog) -> frozenset[str]:
    """Return the words for "remove" in all languages."""
    return frozenset(
        word.casefold()
        for language in LANGUAGES
        for word in catalog.translator(language.code).text("read-remove").split()
    )
