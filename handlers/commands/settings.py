"""Commands /settings, /language and /timezone: one message with a button for each setting."""

from handlers.commands import digest
from handlers.commands import quiet as quiet_command
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services.reschedule import change_timezone
from handlers.services.subscriptions import places_of
from handlers.telegram.events import Request
from handlers.telegram.keyboards import with_checkmark
from handlers.text.html import Html, join
from handlers.text.i18n import LANGUAGES, Translator
from handlers.text.offset_cities import cities_at
from handlers.text.plain_text import echo
from handlers.text.schedule_text import format_schedule
from handlers.text.timezones import IANA_NAMES, SUGGESTED_ZONES, UTC
from handlers.text.utc_offsets import zone_title
from matching.query.ast import load
from storage.engine.database import Transaction
from storage.subscribers import (
    alert_preferences,
    quiet_hours,
    sound_modes,
    subscribers,
    subscriptions,
)
from storage.subscribers.alert_preferences import AlertUpdates
from storage.subscribers.quiet_hours import QuietState
from storage.subscribers.sound_modes import SoundMode
from storage.subscribers.subscribers import ChatKind, Detail, Subscriber
from storage.values.local_time import zone_of
from storage.values.message import Button, MessageContent

PAGE = "t"
"""Callback prefix of `t:main`, `t:language` and `t:zone`: show that page."""

LANGUAGE = "tl"
DETAIL = "td"
TIMEZONE = "tz"
ALERT_UPDATES = "ta"
SOUND_MODE = "tm"
"""Callback prefixes of `tl:CODE`, `td:DETAIL`, `tz:ZONE`, `ta:ALERT_UPDATES` and `tm:SOUND_MODE`.

They carry the chosen value and do not toggle, so that a second press is idempotent."""

_MAX_PLACES = 20
"""Followed places whose time zones are offered first."""

_NEXT_UPDATES = {
    AlertUpdates.ESCALATIONS: AlertUpdates.ALL,
    AlertUpdates.ALL: AlertUpdates.NONE,
    AlertUpdates.NONE: AlertUpdates.ESCALATIONS,
}
_UPDATES_TEXTS = {
    AlertUpdates.ESCALATIONS: "settings-changes-graver",
    AlertUpdates.ALL: "settings-changes-all",
    AlertUpdates.NONE: "settings-changes-none",
}
_UPDATES_BUTTONS = {
    AlertUpdates.ESCALATIONS: "button-changes-graver",
    AlertUpdates.ALL: "button-changes-all",
    AlertUpdates.NONE: "button-changes-none",
}

_SOUND_TEXTS = {
    SoundMode.EVERYTHING: ("settings-sound-everything", "button-sound-everything"),
    SoundMode.ALERTS: ("settings-sound-alerts", "button-sound-alerts"),
    SoundMode.NOTHING: ("settings-sound-nothing", "button-sound-nothing"),
}
"""Text keys of each mode: of the setting, and of its button."""


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /settings."""
    return Reply(messages=(await _render_main_page(request.subscriber, transaction, context),))


async def set_language(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Answer /language [CODE]: list the languages, or set one."""
    translator = context.translator(request)
    if not request.text:
        return Reply(messages=(_render_languages(translator),))
    code = _find_language(request.text)
    if code is None:
        return text_reply(
            translator.html(
                "language-unknown", languages=", ".join(language.code for language in LANGUAGES)
            )
        )
    await subscribers.change_settings(transaction, request.subscriber.number, language=code)
    return text_reply(context.catalog.translator(code).html("language-chosen"))


async def set_timezone(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Answer /timezone [ZONE]: show the time zone, or set it by its name or by a place."""
    translator = context.translator(request)
    if not request.text:
        return Reply(messages=(_render_zones(request.subscriber, translator),))
    zone = context.timezones.find(request.text)
    if zone is None:
        nearest = context.timezones.find_close_match(request.text)
        if nearest:
            return text_reply(
                translator.html("zone-near", written=echo(request.text), zone=nearest)
            )
        return text_reply(translator.html("zone-unknown", written=echo(request.text)))
    await change_timezone(
        transaction, request.subscriber.number, request.subscriber.zone, zone, request.now
    )
    clock = f"{request.now.astimezone(zone_of(zone)):%H:%M}"
    chosen = translator.html("zone-chosen", zone=zone_title(zone), clock=clock)
    if zone_title(zone) == zone:
        return text_reply(chosen)
    followed = await _followed_zones(request, transaction, context)
    cities = cities_at(zone_of(zone), request.now, translator.language, followed)
    if not cities:
        return text_reply(chosen)
    text = join("\n\n", [chosen, translator.html("zone-fixed")])
    subscriber = request.subscriber._replace(zone=zone)
    return Reply(messages=(MessageContent(text, _zone_buttons(subscriber, cities)),))


async def _followed_zones(
    request: Request, transaction: Transaction, context: HandlerContext
) -> list[str]:
    """Return the zones of the places that the chat follows."""
    followed = await subscriptions.of(transaction, request.subscriber.number)
    places = [code for each in followed for code in places_of(load(each.query))]
    zones = [context.timezones.find_for_regions([code]) for code in places[:_MAX_PLACES]]
    return [zone for zone in zones if zone]


async def show_page(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Turn the message to another page."""
    translator = context.translator(request)
    match request.callback_payload:
        case "language":
            return Reply(edit=_render_languages(translator))
        case "zone":
            return Reply(edit=_render_zones(request.subscriber, translator))
        case _:
            return Reply(edit=await _render_main_page(request.subscriber, transaction, context))


async def choose_language(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Choose a language from a button."""
    code = _find_language(request.callback_payload)
    if code is None:
        return _reject_button(request, context)
    return await _save(request, transaction, context, request.subscriber._replace(language=code))


async def choose_detail(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Choose how much of a bulletin a message shows."""
    if request.callback_payload not in list(Detail):
        return _reject_button(request, context)
    detail = Detail(request.callback_payload)
    return await _save(request, transaction, context, request.subscriber._replace(detail=detail))


async def choose_alert_updates(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Choose which changes of an active alert notify again."""
    if request.callback_payload not in list(AlertUpdates):
        return _reject_button(request, context)
    chosen, number = AlertUpdates(request.callback_payload), request.subscriber.number
    if await alert_preferences.get(transaction, number) is chosen:
        return Reply(answer=context.translator(request).text("answer-already-chosen"))
    await alert_preferences.set_preference(transaction, number, chosen)
    return await _show_changed(request.subscriber, transaction, context)


async def choose_sound_mode(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Choose which messages of the chat may have sound."""
    if request.callback_payload not in list(SoundMode):
        return _reject_button(request, context)
    chosen, number = SoundMode(request.callback_payload), request.subscriber.number
    if await sound_modes.get(transaction, number) is chosen:
        return Reply(answer=context.translator(request).text("answer-already-chosen"))
    await sound_modes.set_mode(transaction, number, chosen)
    return await _show_changed(request.subscriber, transaction, context)


async def choose_timezone(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Choose a time zone from a button."""
    if request.callback_payload not in IANA_NAMES:
        return _reject_button(request, context)
    zone = request.callback_payload
    await change_timezone(
        transaction, request.subscriber.number, request.subscriber.zone, zone, request.now
    )
    return await _save(request, transaction, context, request.subscriber._replace(zone=zone))


async def _save(
    request: Request, transaction: Transaction, context: HandlerContext, chosen: Subscriber
) -> Reply:
    """Store a changed language or detail; show the settings again."""
    if chosen == request.subscriber:
        return Reply(answer=context.translator(request).text("answer-already-chosen"))
    await subscribers.change_settings(
        transaction, chosen.number, language=chosen.language, detail=chosen.detail
    )
    return await _show_changed(chosen, transaction, context)


async def _show_changed(
    subscriber: Subscriber, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Show the settings again, in the language of the changed subscriber."""
    edit = await _render_main_page(subscriber, transaction, context)
    translator = context.catalog.translator(subscriber.language)
    return Reply(edit=edit, answer=translator.text("answer-changed"))


async def _render_main_page(
    subscriber: Subscriber, transaction: Transaction, context: HandlerContext
) -> MessageContent:
    translator = context.catalog.translator(subscriber.language)
    is_short, zone = subscriber.detail is Detail.SHORT, subscriber.zone or UTC
    other_detail = Detail.FULL if is_short else Detail.SHORT
    count = len(await subscriptions.of(transaction, subscriber.number))
    updates = await alert_preferences.get(transaction, subscriber.number)
    next_updates = _NEXT_UPDATES[updates]
    sound_mode = await sound_modes.get(transaction, subscriber.number)
    lines = [
        translator.html("settings"),
        translator.html("settings-language"),
        translator.html("settings-short" if is_short else "settings-full"),
        _render_zone(subscriber, translator),
        translator.html(
            "settings-digest", when=format_schedule(subscriber.schedule, zone, translator)
        ),
        _render_quiet_hours(await quiet_hours.get(transaction, subscriber.number), translator),
        translator.html(_UPDATES_TEXTS[updates]),
        translator.html(_SOUND_TEXTS[sound_mode][0]),
        translator.html("settings-subscriptions", count=count),
        translator.html("settings-channel") if subscriber.kind is ChatKind.CHANNEL else Html(),
    ]
    detail_label = translator.text("button-full" if is_short else "button-short")
    return MessageContent(
        join("\n", lines),
        (
            (Button(translator.text("button-language"), f"{PAGE}:language"),),
            (Button(detail_label, f"{DETAIL}:{other_detail}"),),
            (Button(translator.text("button-zone"), f"{PAGE}:zone"),),
            (Button(translator.text("button-quiet"), f"{quiet_command.PAGE}:"),),
            (Button(translator.text("button-digest"), f"{digest.PAGE}:"),),
            (
                Button(
                    translator.text(_UPDATES_BUTTONS[next_updates]),
                    f"{ALERT_UPDATES}:{next_updates}",
                ),
            ),
            *_sound_buttons(sound_mode, translator),
        ),
    )


def _sound_buttons(current: SoundMode, translator: Translator) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (
            Button(
                with_checkmark(translator.text(key), is_selected=mode is current),
                f"{SOUND_MODE}:{mode}",
            ),
        )
        for mode, (_, key) in _SOUND_TEXTS.items()
    )


def _render_zone(subscriber: Subscriber, translator: Translator) -> Html:
    if subscriber.zone is None:
        return translator.html("settings-no-zone")
    return translator.html("settings-zone", zone=zone_title(subscriber.zone))


def _render_quiet_hours(chosen: QuietState, translator: Translator) -> Html:
    if chosen.hours is None:
        return translator.html("settings-no-quiet")
    begin, end = f"{chosen.hours.begin:%H:%M}", f"{chosen.hours.end:%H:%M}"
    return translator.html("settings-quiet", begin=begin, end=end)


def _render_languages(translator: Translator) -> MessageContent:
    rows = [
        (
            Button(
                with_checkmark(choice.name, is_selected=choice.code == translator.language),
                f"{LANGUAGE}:{choice.code}",
            ),
        )
        for choice in LANGUAGES
    ]
    return MessageContent(translator.html("language-choose"), (*rows, _back_button(translator)))


def _render_zones(subscriber: Subscriber, translator: Translator) -> MessageContent:
    rows = _zone_buttons(subscriber, SUGGESTED_ZONES)
    text = join("\n\n", [_render_zone(subscriber, translator), translator.html("zone-choose")])
    return MessageContent(text, (*rows, _back_button(translator)))


def _zone_buttons(subscriber: Subscriber, zones: tuple[str, ...]) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (Button(with_checkmark(zone, is_selected=zone == subscriber.zone), f"{TIMEZONE}:{zone}"),)
        for zone in zones
    )


def _back_button(translator: Translator) -> tuple[Button]:
    return (Button(translator.text("button-settings"), f"{PAGE}:main"),)


def _find_language(text: str) -> str | None:
    """Return the code of a language given by its code or by its own name."""
    name = text.strip().casefold()
    return next(
        (
            language.code
            for language in LANGUAGES
            if name in (language.code, language.name.casefold())
        ),
        None,
    )


def _reject_button(request: Request, context: HandlerContext) -> Reply:
    return Reply(answer=context.translator(request).text("answer-old-button"))
