"""Every command and every button there is. /help and Telegram's menu follow this list."""

from handlers.commands import (
    alerts,
    announce,
    channel,
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
    quiet,
    settings,
    sources,
    start,
    stats,
    subscribe,
    subscriptions,
    why,
)
from handlers.framework.handler_context import ButtonKind, Command, Handler
from handlers.messages import bulletin
from handlers.services import ambiguity
from handlers.text.i18n import Voice

COMMANDS = (
    Command("start", start.start, "about-start"),
    Command(
        "subscribe", subscribe.subscribe, "about-subscribe", usage="usage-subscribe", changes=True
    ),
    Command("subscriptions", subscriptions.show, "about-subscriptions"),
    Command(
        "unsubscribe",
        subscriptions.unsubscribe,
        "about-unsubscribe",
        usage="usage-unsubscribe",
        changes=True,
    ),
    Command("latest", latest.latest, "about-latest", usage="usage-latest"),
    Command("alerts", alerts.alerts, "about-alerts", usage="usage-alerts"),
    Command("digest", digest.digest, "about-digest", usage="usage-digest", changes=True),
    Command("quiet", quiet.set_hours, "about-quiet", usage="usage-quiet", changes=True),
    Command("pause", pause.pause, "about-pause", usage="usage-pause", changes=True),
    Command("resume", pause.resume, "about-resume", changes=True),
    Command("settings", settings.settings, "about-settings"),
    Command("language", settings.language, "about-language", usage="usage-language", changes=True),
    Command("timezone", settings.timezone, "about-timezone", usage="usage-timezone", changes=True),
    Command(channel.COMMAND, channel.show, "about-channel", usage="usage-channel", private=True),
    Command("id", help_.show_id, "about-id"),
    Command("why", why.why, "about-why", usage="usage-why"),
    Command("test", drill.drill, "about-test", changes=True),
    Command("export", export.export, "about-export"),
    Command("import", import_.bring, "about-import", usage="usage-import", changes=True),
    Command("forget", forget.forget, "about-forget", changes=True),
    Command("privacy", help_.show_privacy, "about-privacy"),
    Command("help", help_.show_help, "about-help"),
    Command("stats", stats.show, "about-stats", operators=True),
    Command("sources", sources.show, "about-sources", operators=True),
    Command("failed", failed.show, "about-failed", operators=True),
    Command(
        "announce",
        announce.announce,
        "about-announce",
        usage="usage-announce",
        changes=True,
        operators=True,
    ),
)

BUTTONS = (
    ButtonKind(subscribe.FOLLOW, subscribe.press_follow, changes=True),
    ButtonKind(ambiguity.PREFIX, subscribe.press_choice, changes=True),
    ButtonKind(onboarding.WHERE, onboarding.press_where),
    ButtonKind(onboarding.PLACE, onboarding.press_place),
    ButtonKind(onboarding.WHAT, onboarding.press_what, changes=True),
    ButtonKind(subscriptions.PAGE, subscriptions.press_page),
    ButtonKind(subscriptions.REMOVE, subscriptions.press_remove, changes=True),
    ButtonKind(subscriptions.RING, subscriptions.press_ring, changes=True),
    ButtonKind(subscriptions.HUSH, subscriptions.press_hush, changes=True),
    ButtonKind(latest.OLDER, latest.press_older),
    ButtonKind(latest.NEWER, latest.press_newer),
    ButtonKind(alerts.PLACE, alerts.press_place),
    ButtonKind(bulletin.PREFIX, open_bulletin.press_open),
    ButtonKind(why.PREFIX, why.press_why),
    ButtonKind(settings.PAGE, settings.press_page),
    ButtonKind(settings.LANGUAGE, settings.press_language, changes=True),
    ButtonKind(settings.DETAIL, settings.press_detail, changes=True),
    ButtonKind(settings.CHANGES, settings.press_changes, changes=True),
    ButtonKind(settings.ZONE, settings.press_zone, changes=True),
    ButtonKind(quiet.PAGE, quiet.press_page),
    ButtonKind(quiet.HOURS, quiet.press_hours, changes=True),
    ButtonKind(quiet.ALERTS, quiet.press_alerts, changes=True),
    ButtonKind(pause.PAUSE, pause.press_pause, changes=True),
    ButtonKind(pause.RESUME, pause.press_resume, changes=True),
    ButtonKind(digest.PAGE, digest.press_page),
    ButtonKind(digest.NOTHING, digest.press_nothing, changes=True),
    ButtonKind(digest.CHOOSE, digest.press_choose, changes=True),
    ButtonKind(digest.MOVE, digest.press_move, changes=True),
    ButtonKind(failed.AGAIN, failed.press_again, changes=True),
    ButtonKind(announce.SEND, announce.press_send, changes=True),
    ButtonKind(announce.CANCEL, announce.press_cancel, changes=True),
    ButtonKind(announce.REFRESH, announce.press_refresh),
    ButtonKind(announce.STOP, announce.press_stop, changes=True),
    ButtonKind(forget.ERASE, forget.press_erase, changes=True),
    ButtonKind(forget.KEEP, forget.press_keep, changes=True),
)

FILE: Handler = import_.refuse_file
FREE_TEXT: Handler = latest.look_up
LOCATION: Handler = location.locate
UNKNOWN: Handler = help_.unknown
OLD_BUTTON: Handler = help_.old_button
NOT_ADMINISTRATOR: Handler = help_.not_administrator
TOO_FAST: Handler = help_.too_fast
READ_IN_PRIVATE: Handler = channel.read_in_private


def menu(voice: Voice) -> list[tuple[str, str]]:
    """Telegram's command menu: names and descriptions (core.telegram.org/bots/api#botcommand)."""
    return [
        (command.name, voice.label(command.about)) for command in COMMANDS if not command.operators
    ]


def introduction(voice: Voice) -> tuple[str, str]:
    """What Telegram shows before a chat begins, at length and in short (120 characters at most)."""
    return voice.label("about-bot"), voice.label("about-bot-short")
