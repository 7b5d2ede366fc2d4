"""Every command and every button there is. /help and Telegram's menu follow this list."""

from handlers import (
    alerting,
    choices,
    digesting,
    drilling,
    exporting,
    forgetting,
    helping,
    importing,
    latest,
    listing,
    locating,
    messages,
    opening,
    settings,
    starting,
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
    Command("settings", settings.settings, "about-settings"),
    Command("language", settings.language, "about-language", usage="usage-language", changes=True),
    Command("timezone", settings.timezone, "about-timezone", usage="usage-timezone", changes=True),
    Command("id", helping.show_id, "about-id"),
    Command("test", drilling.drill, "about-test", changes=True),
    Command("export", exporting.export, "about-export"),
    Command("import", importing.bring, "about-import", usage="usage-import", changes=True),
    Command("forget", forgetting.forget, "about-forget", changes=True),
    Command("privacy", helping.show_privacy, "about-privacy"),
    Command("help", helping.show_help, "about-help"),
)

BUTTONS = (
    ButtonKind(sub.FOLLOW, sub.press_follow, changes=True),
    ButtonKind(choices.PREFIX, sub.press_choice, changes=True),
    ButtonKind(listing.PAGE, listing.press_page),
    ButtonKind(listing.REMOVE, listing.press_remove, changes=True),
    ButtonKind(listing.RING, listing.press_ring, changes=True),
    ButtonKind(listing.HUSH, listing.press_hush, changes=True),
    ButtonKind(latest.OLDER, latest.press_older),
    ButtonKind(latest.NEWER, latest.press_newer),
    ButtonKind(alerting.PLACE, alerting.press_place),
    ButtonKind(messages.PREFIX, opening.press_open),
    ButtonKind(settings.PAGE, settings.press_page),
    ButtonKind(settings.LANGUAGE, settings.press_language, changes=True),
    ButtonKind(settings.DETAIL, settings.press_detail, changes=True),
    ButtonKind(settings.CHANGES, settings.press_changes, changes=True),
    ButtonKind(settings.ZONE, settings.press_zone, changes=True),
    ButtonKind(digesting.CHOOSE, digesting.press_choose, changes=True),
    ButtonKind(digesting.MOVE, digesting.press_move, changes=True),
    ButtonKind(forgetting.ERASE, forgetting.press_erase, changes=True),
    ButtonKind(forgetting.KEEP, forgetting.press_keep, changes=True),
)

FILE: Handler = importing.refuse_file
FREE_TEXT: Handler = latest.look_up
LOCATION: Handler = locating.locate
UNKNOWN: Handler = helping.unknown
OLD_BUTTON: Handler = helping.old_button
NOT_ADMINISTRATOR: Handler = helping.not_administrator


def menu(voice: Voice) -> list[tuple[str, str]]:
    """Telegram's command menu: names and descriptions (core.telegram.org/bots/api#botcommand)."""
    return [(command.name, voice.label(command.about)) for command in COMMANDS]
