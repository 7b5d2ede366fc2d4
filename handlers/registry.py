"""Registry of all commands and buttons, in the order of /help and of Telegram's menu."""

from handlers.commands import (
    alerts,
    announce,
    channel,
    clarify,
    digest,
    drill,
    export,
    failed,
    forget,
    help_,
    import_,
    latest,
    location,
    onboarding,
    open_bulletin,
    pause,
    place_naming,
    places,
    question,
    quiet,
    rejections,
    settings,
    sources,
    start,
    stats,
    subscribe,
    subscription_options,
    subscriptions,
    topics,
    try_,
    why,
)
from handlers.framework.handler_context import ButtonKind, Command, Handler
from handlers.messages import bulletin
from handlers.services import ambiguity, clarification, subscription_message
from handlers.text.i18n import Translator

COMMANDS = (
    Command("start", start.start, "about-start"),
    Command(
        "subscribe",
        subscribe.subscribe,
        "about-subscribe",
        usage_key="usage-subscribe",
        is_write=True,
    ),
    Command("topics", topics.show, "about-topics"),
    Command("subscriptions", subscriptions.show, "about-subscriptions"),
    Command(
        "unsubscribe",
        subscriptions.unsubscribe,
        "about-unsubscribe",
        usage_key="usage-unsubscribe",
        is_write=True,
    ),
    Command("places", places.manage, "about-places", usage_key="usage-places", is_write=True),
    Command("latest", latest.show, "about-latest", usage_key="usage-latest"),
    Command("try", try_.show, "about-try", usage_key="usage-try"),
    Command("alerts", alerts.show, "about-alerts", usage_key="usage-alerts"),
    Command("digest", digest.set_schedule, "about-digest", usage_key="usage-digest", is_write=True),
    Command("quiet", quiet.set_hours, "about-quiet", usage_key="usage-quiet", is_write=True),
    Command("pause", pause.pause, "about-pause", usage_key="usage-pause", is_write=True),
    Command("resume", pause.resume, "about-resume", is_write=True),
    Command("settings", settings.show, "about-settings"),
    Command(
        "language",
        settings.set_language,
        "about-language",
        usage_key="usage-language",
        is_write=True,
    ),
    Command(
        "timezone",
        settings.set_timezone,
        "about-timezone",
        usage_key="usage-timezone",
        is_write=True,
    ),
    Command(
        channel.COMMAND,
        channel.show,
        "about-channel",
        usage_key="usage-channel",
        is_private_only=True,
    ),
    Command("id", help_.show_id, "about-id"),
    Command("why", why.explain, "about-why", usage_key="usage-why"),
    Command("test", drill.send, "about-test", is_write=True),
    Command("export", export.export, "about-export"),
    Command("import", import_.restore, "about-import", usage_key="usage-import", is_write=True),
    Command("forget", forget.ask, "about-forget", is_write=True),
    Command("privacy", help_.show_privacy, "about-privacy"),
    Command("help", help_.show_help, "about-help"),
    Command("stats", stats.show, "about-stats", is_operator_only=True),
    Command("sources", sources.show, "about-sources", is_operator_only=True),
    Command("failed", failed.show, "about-failed", is_operator_only=True),
    Command(
        "announce",
        announce.preview,
        "about-announce",
        usage_key="usage-announce",
        is_write=True,
        is_operator_only=True,
    ),
)

BUTTONS = (
    ButtonKind(subscribe.SUBSCRIBE, subscribe.subscribe_by_button, is_write=True),
    ButtonKind(subscription_message.PLACE_MODE, subscribe.choose_place_mode, is_write=True),
    ButtonKind(subscription_message.WHEN, subscription_options.choose_when, is_write=True),
    ButtonKind(subscription_message.SOUND, subscription_options.choose_sound, is_write=True),
    ButtonKind(clarification.MEANING, clarify.choose_meaning, is_write=True),
    ButtonKind(subscription_message.UNDO, clarify.undo, is_write=True),
    ButtonKind(ambiguity.PREFIX, subscribe.choose_meaning, is_write=True),
    ButtonKind(topics.PAGE, topics.show_page),
    ButtonKind(onboarding.PLACES, onboarding.show_places),
    ButtonKind(onboarding.PLACE, onboarding.ask_scope),
    ButtonKind(onboarding.SCOPE, onboarding.subscribe, is_write=True),
    ButtonKind(subscriptions.PAGE, subscriptions.show_page),
    ButtonKind(subscriptions.REMOVE, subscriptions.remove, is_write=True),
    ButtonKind(subscriptions.ENABLE_SOUND, subscriptions.enable_sound, is_write=True),
    ButtonKind(subscriptions.DISABLE_SOUND, subscriptions.disable_sound, is_write=True),
    ButtonKind(places.REMOVE, places.remove, is_write=True),
    ButtonKind(places.REMOVE_ALL, places.remove_with_subscriptions, is_write=True),
    ButtonKind(places.KEEP, places.keep, is_write=True),
    ButtonKind(places.MEANING, places.choose_meaning, is_write=True),
    ButtonKind(place_naming.ASK, place_naming.ask, is_write=True),
    ButtonKind(place_naming.CANCEL, place_naming.cancel, is_write=True),
    ButtonKind(latest.OLDER, latest.show_older),
    ButtonKind(latest.NEWER, latest.show_newer),
    ButtonKind(subscription_message.TRY, try_.show_subscription),
    ButtonKind(try_.AGAIN, try_.show_again),
    ButtonKind(try_.NARROW, try_.narrow),
    ButtonKind(try_.SUBSCRIBE, try_.subscribe, is_write=True),
    ButtonKind(alerts.PLACE, alerts.show_place),
    ButtonKind(bulletin.PREFIX, open_bulletin.show),
    ButtonKind(why.PREFIX, why.explain_by_button),
    ButtonKind(settings.PAGE, settings.show_page),
    ButtonKind(settings.LANGUAGE, settings.choose_language, is_write=True),
    ButtonKind(settings.DETAIL, settings.choose_detail, is_write=True),
    ButtonKind(settings.ALERT_UPDATES, settings.choose_alert_updates, is_write=True),
    ButtonKind(settings.SOUND_MODE, settings.choose_sound_mode, is_write=True),
    ButtonKind(settings.TIMEZONE, settings.choose_timezone, is_write=True),
    ButtonKind(quiet.PAGE, quiet.show_page),
    ButtonKind(quiet.HOURS, quiet.choose_hours, is_write=True),
    ButtonKind(quiet.ALERT_MODE, quiet.choose_alert_mode, is_write=True),
    ButtonKind(pause.PAUSE, pause.pause_by_button, is_write=True),
    ButtonKind(pause.RESUME, pause.resume_by_button, is_write=True),
    ButtonKind(digest.PAGE, digest.show_page),
    ButtonKind(digest.EMPTY_DIGESTS, digest.choose_empty_digests, is_write=True),
    ButtonKind(digest.CHOOSE, digest.choose_schedule, is_write=True),
    ButtonKind(digest.MOVE, digest.move_subscriptions, is_write=True),
    ButtonKind(digest.MOVE_ALERTS, digest.move_alerts, is_write=True),
    ButtonKind(failed.RETRY, failed.retry, is_write=True),
    ButtonKind(announce.SEND, announce.send, is_write=True),
    ButtonKind(announce.CANCEL, announce.cancel, is_write=True),
    ButtonKind(announce.REFRESH, announce.refresh),
    ButtonKind(announce.STOP, announce.stop, is_write=True),
    ButtonKind(forget.CONFIRM, forget.confirm, is_write=True),
    ButtonKind(forget.CANCEL, forget.cancel, is_write=True),
)

FILE: Handler = import_.reject_file
FREE_TEXT: Handler = question.answer
LOCATION: Handler = location.locate
PLACE_NAME: Handler = place_naming.name_location
UNKNOWN: Handler = rejections.reject_unknown_command
OLD_BUTTON: Handler = rejections.reject_outdated_button
NOT_ADMINISTRATOR: Handler = rejections.reject_non_administrator
TOO_FAST: Handler = rejections.reject_over_rate_limit
READ_IN_PRIVATE: Handler = rejections.reject_channel_reader


def bot_commands(translator: Translator) -> list[tuple[str, str]]:
    """Return names and descriptions for the menu (core.telegram.org/bots/api#botcommand)."""
    return [
        (command.name, translator.text(command.description_key))
        for command in COMMANDS
        if not command.is_operator_only
    ]


def bot_descriptions(translator: Translator) -> tuple[str, str]:
    """Return the descriptions that Telegram shows before a chat begins: long, and short.

    The short one has at most 120 characters.
    """
    return translator.text("about-bot"), translator.text("about-bot-short")
