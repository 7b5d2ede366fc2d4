"""Warning details: the areas, the level and the end that a source gives to its warning. Pure."""

from datetime import datetime

from handlers.text import plain_text
from handlers.text.dates import format_moment
from handlers.text.html import Html, escape, join
from handlers.text.i18n import Translator
from matching.places.areas import area_names
from storage.inbound.bulletins import Bulletin

LEVELS = {
    "red": "incident-level-red",
    "orange": "incident-level-orange",
    "yellow": "incident-level-yellow",
}
"""Text keys of the levels that are shown."""

_MAX_AREAS_LENGTH = 300
"""UTF-16 units."""


def render_areas(bulletin: Bulletin) -> Html:
    """Return the areas in the source's own words."""
    names = "; ".join(map(plain_text.single_line, area_names(bulletin.regions)))
    return escape(plain_text.truncate(names, _MAX_AREAS_LENGTH))


def render_warning_details(
    bulletin: Bulletin, zone: str | None, now: datetime, translator: Translator
) -> Html:
    """Return one line each for the areas, the level and the end, as far as they are given."""
    lines = [render_areas(bulletin)]
    if bulletin.level in LEVELS:
        lines.append(translator.html(LEVELS[bulletin.level]))
    if bulletin.expires_at:
        until = format_moment(bulletin.expires_at, zone, now, translator)
        lines.append(translator.html("incident-until", until=until))
    return join("\n", lines)
