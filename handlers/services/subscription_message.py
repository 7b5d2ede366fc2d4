"""Subscription message: a subscription as understood, with buttons to change it."""

from handlers.framework.handler_context import HandlerContext
from handlers.services import ambiguity, place_lists
from handlers.services.place_lists import PlaceMode
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.query_text import QueryFormatter
from handlers.text.schedule_text import format_schedule
from matching.query.ast import And, Or, Phrase, PlaceTerm, PropertyTerm, Query, Word, load, terms
from matching.query.properties import DEPTH, LEVEL, LEVELS, MAGNITUDE
from matching.query.terms.ambiguities import Ambiguity
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button, MessageContent
from storage.values.schedules import Frequency

PLACE_MODE = "b"
"""Callback prefix of `b:SUBSCRIPTION:MODE`: reports must mention any or all of its places."""

UNDO = "fu"
"""Callback prefix of `fu:SUBSCRIPTION`: remove it, and say so in place of the confirmation."""

WHEN = "w"
SOUND = "u"
"""Callback prefixes of `w:SUBSCRIPTION` and `u:SUBSCRIPTION`: show the choices for when and with
which sound it comes. A choice follows after a further colon."""

TRY = "bs"
"""Callback prefix of `bs:SUBSCRIPTION`: count what it would have brought."""

_UNFILLED = {
    LEVEL: "subscribed-no-level",
    MAGNITUDE: "subscribed-no-magnitude",
    DEPTH: "subscribed-no-depth",
}
"""Text keys of the warnings about properties that no source has."""

_SILENT = -1  # below every level; Fluent selects by numbers only


def render_subscription(
    request: Request,
    context: HandlerContext,
    subscription: Subscription,
    ambiguities: tuple[Ambiguity, ...],
    zone: str,
    note: Html,
    *,
    can_undo: bool = True,
) -> MessageContent:
    """Render the query as understood, with buttons for its other meanings and its options."""
    translator = context.translator(request)
    formatter = context.formatter(request)
    query = load(subscription.query)
    rows = ambiguity.alternative_buttons(subscription.id, query, ambiguities, translator, formatter)
    description = formatter.format(query, subscription.query_text)
    if subscription.schedule.frequency is Frequency.NOW:
        confirmation = translator.html("subscribed", what=description)
    else:
        when = format_schedule(subscription.schedule, zone, translator)
        confirmation = translator.html("subscribed-digest", what=description, when=when)
    confirmation = join("\n", [confirmation, *_render_sound(subscription, translator)])
    matching = join("\n", _render_matching(query, formatter, translator))
    hint = _render_meaning_hint(ambiguities, translator) if rows else Html()
    note = join("\n\n", [*_render_property_warnings(query, context, translator), note])
    rows = (
        *_place_mode_buttons(subscription.id, query, translator),
        *rows,
        (
            *_undo_buttons(subscription.id, translator, can_undo=can_undo),
            *_option_buttons(subscription.id, translator),
        ),
    )
    return MessageContent(join("\n\n", [confirmation, matching, note, hint]), rows)


def _render_sound(subscription: Subscription, translator: Translator) -> list[Html]:
    """Return a sentence for each choice that differs from the default."""
    sentences = []
    if not subscription.has_sound:
        sentences.append(translator.html("subscribed-sound", level=_SILENT))
    elif subscription.sound_from is not None:
        rank = LEVELS.index(subscription.sound_from)
        sentences.append(translator.html("subscribed-sound", level=rank))
    if subscription.has_neighbours and subscription.schedule.frequency is Frequency.NOW:
        sentences.append(translator.html("subscribed-neighbours"))
    return sentences


def _render_matching(query: Query, formatter: QueryFormatter, translator: Translator) -> list[Html]:
    """Explain which reports a place or a word matches, and which it does not."""
    sentences = []
    parts = query.parts if isinstance(query, And) else (query,)
    places = [part for part in parts if all(isinstance(i, PlaceTerm) for i in _choices(part))]
    if len(places) == 1:
        names, count = formatter.format_part(places[0], ""), len(_choices(places[0]))
        sentences.append(translator.html("subscribed-places", places=names, count=count))
    if any(isinstance(term, Word | Phrase) for term in terms(query)):
        sentences.append(translator.html("subscribed-words"))
    return sentences


def _choices(query: Query) -> tuple[Query, ...]:
    return query.parts if isinstance(query, Or) else (query,)


def _undo_buttons(
    subscription_id: int, translator: Translator, *, can_undo: bool
) -> tuple[Button, ...]:
    label = translator.text("button-undo")
    return (Button(label, f"{UNDO}:{subscription_id}"),) if can_undo else ()


def _option_buttons(subscription_id: int, translator: Translator) -> tuple[Button, ...]:
    return (
        Button(translator.text("button-try-subscription"), f"{TRY}:{subscription_id}"),
        Button(translator.text("button-when"), f"{WHEN}:{subscription_id}"),
        Button(translator.text("button-sound"), f"{SOUND}:{subscription_id}"),
    )


def _place_mode_buttons(
    subscription_id: int, query: Query, translator: Translator
) -> tuple[tuple[Button, ...], ...]:
    """Return the button for the other reading of a list of places; empty without a list."""
    place_list = place_lists.find_list(query)
    if place_list is None:
        return ()
    mode, count = place_list
    other, key = PlaceMode.ANY, "button-any-place"
    if mode is PlaceMode.ANY:
        other, key = PlaceMode.ALL, "button-all-places"
    values = {"count": count} if mode is PlaceMode.ANY else {}
    label = translator.text(key, **values)
    return ((Button(label, f"{PLACE_MODE}:{subscription_id}:{other}"),),)


def _render_property_warnings(
    query: Query, context: HandlerContext, translator: Translator
) -> list[Html]:
    """Warn of each property that no source has; name the kinds of sources that would."""
    names = dict.fromkeys(term.name for term in terms(query) if isinstance(term, PropertyTerm))
    kinds = {name: context.unfilled_properties.get(name, ()) for name in names}
    return [
        translator.html(_UNFILLED[name], kinds=", ".join(kinds[name]))
        for name in names
        if kinds[name]
    ]


def _render_meaning_hint(ambiguities: tuple[Ambiguity, ...], translator: Translator) -> Html:
    """Explain the buttons: corrections of a probable typo, or other meanings."""
    if all(choice.is_guess for choice in ambiguities):
        return translator.html("subscribed-guessed")
    return translator.html("subscribed-ambiguous")
