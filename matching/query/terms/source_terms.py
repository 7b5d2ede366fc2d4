"""Source terms: from:NAME of a source that there is. Links and channels are refused."""

import difflib
import re
from collections.abc import Collection

from matching.query.ast import SourceTerm
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import QueryToken

_LINK = re.compile(
    r"(?:https?|ftp|tg|feed)://|www\.|@[a-z]\w{2,}$|(?:t|telegram)\.me/|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S",
    re.IGNORECASE,
)


def resolve_source(token: QueryToken, sources: Collection[str] | None) -> SourceTerm:
    """Return the term of a source; raise QueryError for a name that no source has.

    `sources` has the names of all sources; None: any name is accepted.
    """
    name = token.value.casefold()
    if sources is not None and name not in map(str.casefold, sources):
        names = tuple(sorted(sources))
        closest = difflib.get_close_matches(name, names, 1, 0.7)
        suggestion = f'from:"{closest[0]}"' if closest else None
        raise QueryError(ErrorKind.UNKNOWN_SOURCE, token.start, token.end, suggestion, names=names)
    return SourceTerm(name)


def refuse_link(token: QueryToken, sources: Collection[str] | None) -> None:
    """Raise QueryError for an address or a channel: no report mentions it as words."""
    if _LINK.match(token.value):
        names = tuple(sorted(sources or ()))
        raise QueryError(ErrorKind.LINK, token.start, token.end, names=names)
