"""Command /import: restore a document from /export, completely or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services.export_format import (
    VERSION,
    ExportDocument,
    FaultKind,
    InvalidExportError,
    SettingsData,
    SubscriptionData,
    parse_export,
)
from handlers.services.place_import import (
    find_places_fault,
    merge_personal,
    restore_places,
)
from handlers.services.query_sources import parse_with_sources
from handlers.services.reschedule import change_timezone
from handlers.services.subscriptions import add_subscription
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.plain_text import echo
from handlers.text.query_errors import format_error, mark_span
from handlers.text.subscription_options import SubscriptionOptions
from matching.query.ast import Query, dump
from matching.query.errors import QueryError
from matching.query.parser import QueryLimits
from matching.query.personal_places import PersonalPlaces
from storage.engine.database import Transaction
from storage.subscribers import (
    alert_preferences,
    quiet_hours,
    sound_modes,
    subscribers,
    subscriptions,
)
from storage.subscribers.subscriptions import Subscription
from storage.values.local_time import zone_of
from storage.values.message import MessageContent

_LIMITS = QueryLimits(guesses=0)
_CANONICAL_LIMITS = QueryLimits(size=16_384, guesses=0)
"""A canonical query is longer than what the person typed."""

_FAULT_TEXTS = {
    FaultKind.OPML: "import-opml",
    FaultKind.TOO_LONG: "import-too-long",
    FaultKind.NOT_OURS: "import-not-ours",
    FaultKind.BROKEN: "import-broken",
    FaultKind.VERSION: "import-version",
    FaultKind.MISSING: "import-missing",
    FaultKind.UNKNOWN: "import-unknown",
    FaultKind.WRONG: "import-wrong",
}


@dataclass(frozen=True)
class _ParsedEntry:
    """Subscription entry with its parsed query."""

    entry: SubscriptionData
    query: Query


class _InvalidEntryError(Exception):
    """An entry whose query cannot be parsed."""

    def __init__(self, html: Html) -> None:
        super().__init__()
        self.html = html


async def restore(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /import TEXT, or /import in reply to a message with the text."""
    translator = context.translator(request)
    replied = request.message.reply_to
    text = request.text or (replied.text if replied else "")
    if not text:
        return _explain_missing_text(request, translator)
    try:
        imported = parse_export(text)
        personal = merge_personal(request, imported.places)
        entries = [
            await _parse_entry(position, entry, personal, transaction, context, translator)
            for position, entry in enumerate(imported.subscriptions)
        ]
    except InvalidExportError as error:
        return text_reply(_render_format_error(text, error, translator))
    except _InvalidEntryError as error:
        return text_reply(error.html)
    if fault := await find_places_fault(request, transaction, context, imported.places):
        return text_reply(fault)
    if count := await _count_over_quota(request, transaction, context, entries):
        return text_reply(
            translator.html("import-too-many", count=count, most=context.subscription_quota)
        )
    return await _apply(request, transaction, context, imported, entries)


async def reject_file(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Explain that /import takes text, not files."""
    return _explain_missing_text(request, context.translator(request))


def _explain_missing_text(request: Request, translator: Translator) -> Reply:
    name = request.message.file_name
    if name is None:
        return text_reply(translator.html("import-how"))
    if name.lower().endswith((".opml", ".xml")):
        return text_reply(translator.html("import-opml"))
    return text_reply(translator.html("import-file"))


async def _parse_entry(
    position: int,
    entry: SubscriptionData,
    personal: PersonalPlaces,
    transaction: Transaction,
    context: HandlerContext,
    translator: Translator,
) -> _ParsedEntry:
    """Raise _InvalidEntryError if the query cannot be parsed."""
    field, text, limits = "written", entry.written, _LIMITS
    if entry.understood is not None:
        field, text, limits = "understood", entry.understood, _CANONICAL_LIMITS
    try:
        parsed = await parse_with_sources(text, personal, transaction, context, limits)
        return _ParsedEntry(entry, parsed.query)
    except QueryError as error:
        location = translator.html(
            "import-place", place=f"subscriptions › {position + 1} › {field}"
        )
        raise _InvalidEntryError(
            join("\n\n", [location, format_error(text, error, translator)])
        ) from None


def _render_format_error(text: str, error: InvalidExportError, translator: Translator) -> Html:
    report = translator.html(
        _FAULT_TEXTS[error.fault], place=echo(error.path), found=echo(error.value), version=VERSION
    )
    if error.fault is FaultKind.BROKEN:
        return join("\n\n", [report, mark_span(text, error.offset, error.offset + 1)])
    return report


async def _count_over_quota(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    entries: Sequence[_ParsedEntry],
) -> int | None:
    """Return how many subscriptions the chat would have, if that exceeds its quota."""
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    added = {dump(parsed.query) for parsed in entries} - {
        subscription.query for subscription in subscribed
    }
    count = len(added) + await subscriptions.count_in_chat(
        transaction, request.message.target.chat_id
    )
    return count if added and count > context.subscription_quota else None


async def _apply(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    imported: ExportDocument,
    entries: Sequence[_ParsedEntry],
) -> Reply:
    request = await _apply_settings(request, transaction, imported.settings)
    restored = await restore_places(request, transaction, context, imported.places)
    changed: list[Subscription] = [*restored.followers]
    added = 0
    for parsed in entries:
        query = restored.translate(parsed.query)
        entry = parsed.entry
        options = SubscriptionOptions(entry.schedule, entry.chosen_sound, entry.neighbours)
        result = await add_subscription(
            request, transaction, context, entry.written, query, options
        )
        added += result.is_new
        changed.append(result.subscription)
        # The first place may have set the time zone; later places must not replace it.
        request = replace(request, subscriber=request.subscriber._replace(zone=result.zone))
    report = context.translator(request).html("imported", new=added, known=len(entries) - added)
    return Reply(messages=(MessageContent(report),), changed_subscriptions=tuple(changed))


async def _apply_settings(
    request: Request, transaction: Transaction, settings: SettingsData
) -> Request:
    """Store the settings in the document; return the request with the changed subscriber."""
    current = request.subscriber
    chosen = current._replace(
        language=settings.language or current.language,
        zone=settings.zone or current.zone,
        detail=settings.chosen_detail or current.detail,
        schedule=settings.usual_schedule or current.schedule,
    )
    await subscribers.change_settings(
        transaction,
        current.number,
        language=chosen.language,
        detail=chosen.detail,
        schedule=chosen.schedule,
        wants_empty_digests=settings.told_nothing,
    )
    if settings.chosen_updates:
        updates = settings.chosen_updates
        await alert_preferences.set_preference(transaction, current.number, updates)
    if settings.sound_mode:
        await sound_modes.set_mode(transaction, current.number, settings.sound_mode)
    await _apply_quiet_hours(request, transaction, settings)
    if chosen.zone and chosen.zone != current.zone:
        await change_timezone(transaction, current.number, current.zone, chosen.zone, request.now)
    return replace(request, subscriber=chosen)


async def _apply_quiet_hours(
    request: Request, transaction: Transaction, settings: SettingsData
) -> None:
    pause_end = settings.pause_end
    if pause_end is not None and pause_end <= request.now:
        pause_end = None
    if settings.quiet_hours is None and settings.chosen_alerts is None and pause_end is None:
        return
    current = await quiet_hours.get(transaction, request.subscriber.number)
    chosen = replace(
        current,
        hours=settings.quiet_hours or current.hours,
        alerts=settings.chosen_alerts or current.alerts,
        paused_until=pause_end or current.paused_until,
    )
    zone = zone_of(settings.zone or request.subscriber.zone)
    await quiet_hours.save(transaction, chosen, zone, request.now)
