"""Every command and every button there is. /help and Telegram's menu follow this list."""

from handlers import (
    alerting,
    announcing,
    channels,
    choices,
    digesting,
    drilling,
    exporting,
    failing,
    forgetting,
    helping,
    importing,
    latest,
    listing,
    locating,
    messages,
    onboarding,
    opening,
    pausing,
    quieting,
    settings,
    sourcing,
    starting,
    stating,
    why,
)
from handlers import subscribing as sub
from handlers.kit import ButtonKind, Command, Handler
from handlers.words import Voice

COMMANDS = (
    Command("start", starting.start, "about-start"),
    Command("subscribe", sub.subscribe, "about-subscribe", usage="usage-subscribe", changes=True),
    Command("subscriptions", listing.show, "about-subscriptions"),
    Command(
        "unsubscribe",
        listing.unsubscribe,
        "about-unsubscribe",
        usage="usage-unsubscribe",
        changes=True,
    ),
    Command("latest", latest.latest, "about-latest", usage="usage-latest"),
    Command("alerts", alerting.alerts, "about-alerts", usage="usage-alerts"),
    Command("digest", digesting.digest, "about-digest", usage="usage-digest", changes=True),
    Command("quiet", quieting.set_hours, "about-quiet", usage="usage-quiet", changes=True),
    Command("pause", pausing.pause, "about-pause", usage="usage-pause", changes=True),
    Command("resume", pausing.resume, "about-resume", changes=True),
    Command("settings", settings.settings, "about-settings"),
    Command("language", settings.language, "about-language", usage="usage-language", changes=True),
    Command("timezone", settings.timezone, "about-timezone", usage="usage-timezone", changes=True),
    Command(channels.COMMAND, channels.show, "about-channel", usage="usage-channel", private=True),
    Command("id", helping.show_id, "about-id"),
    Command("why", why.why, "about-why", usage="usage-why"),
    Command("test", drilling.drill, "about-test", changes=True),
    Command("export", exporting.export, "about-export"),
    Command("import", importing.bring, "about-import", usage="usage-import", changes=True),
    Command("forget", forgetting.forget, "about-forget", changes=True),
    Command("privacy", helping.show_privacy, "about-privacy"),
    Command("help", helping.show_help, "about-help"),
    Command("stats", stating.show, "about-stats", operators=True),
    Command("sources", sourcing.show, "about-sources", operators=True),
    Command("failed", failing.show, "about-failed", operators=True),
    Command(
        "announce",
        announcing.announce,
        "about-announce",
        usage="usage-announce",
        changes=True,
        operators=True,
    ),
)

BUTTONS = (
    ButtonKind(sub.FOLLOW, sub.press_follow, changes=True),
    ButtonKind(choices.PREFIX, sub.press_choice, changes=True),
    ButtonKind(onboarding.WHERE, onboarding.press_where),
    ButtonKind(onboarding.PLACE, onboarding.press_place),
    ButtonKind(onboarding.WHAT, onboarding.press_what, changes=True),
    ButtonKind(listing.PAGE, listing.press_page),
    ButtonKind(listing.REMOVE, listing.press_remove, changes=True),
    ButtonKind(listing.RING, listing.press_ring, changes=True),
    ButtonKind(listing.HUSH, listing.press_hush, changes=True),
    ButtonKind(latest.OLDER, latest.press_older),
    ButtonKind(latest.NEWER, latest.press_newer),
    ButtonKind(alerting.PLACE, alerting.press_place),
    ButtonKind(messages.PREFIX, opening.press_open),
    ButtonKind(why.PREFIX, why.press_why),
    ButtonKind(settings.PAGE, settings.press_page),
    ButtonKind(settings.LANGUAGE, settings.press_language, changes=True),
    ButtonKind(settings.DETAIL, settings.press_detail, changes=True),
    ButtonKind(settings.CHANGES, settings.press_changes, changes=True),
    ButtonKind(settings.ZONE, settings.press_zone, changes=True),
    ButtonKind(quieting.PAGE, quieting.press_page),
    ButtonKind(quieting.HOURS, quieting.press_hours, changes=True),
    ButtonKind(quieting.ALERTS, quieting.press_alerts, changes=True),
    ButtonKind(pausing.PAUSE, pausing.press_pause, changes=True),
    ButtonKind(pausing.RESUME, pausing.press_resume, changes=True),
    ButtonKind(digesting.PAGE, digesting.press_page),
    ButtonKind(digesting.NOTHING, digesting.press_nothing, changes=True),
    ButtonKind(digesting.CHOOSE, digesting.press_choose, changes=True),
    ButtonKind(digesting.MOVE, digesting.press_move, changes=True),
    ButtonKind(failing.AGAIN, failing.press_again, changes=True),
    ButtonKind(announcing.SEND, announcing.press_send, changes=True),
    ButtonKind(announcing.CANCEL, announcing.press_cancel, changes=True),
    ButtonKind(announcing.REFRESH, announcing.press_refresh),
    ButtonKind(announcing.STOP, announcing.press_stop, changes=True),
    ButtonKind(forgetting.ERASE, forgetting.press_erase, changes=True),
    ButtonKind(forgetting.KEEP, forgetting.press_keep, changes=True),
)

FILE: Handler = importing.refuse_file
FREE_TEXT: Handler = latest.look_up
LOCATION: Handler = locating.locate
UNKNOWN: Handler = helping.unknown
OLD_BUTTON: Handler = helping.old_button
NOT_ADMINISTRATOR: Handler = helping.not_administrator
TOO_FAST: Handler = helping.too_fast
READ_IN_PRIVATE: Handler = channels.read_in_private


def menu(voice: Voice) -> list[tuple[str, str]]:
    """Telegram's command menu: names and descriptions (core.telegram.org/bots/api#botcommand)."""
    return [
        (command.name, voice.label(command.about)) for command in COMMANDS if not command.operators
    ]


def introduction(voice: Voice) -> tuple[str, str]:
    """What Telegram shows before a chat begins, at length and in short (120 characters at most)."""
    return voice.label("about-bot"), voice.label("about-bot-short")
