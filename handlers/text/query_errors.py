"""Query error messages: the mistake, its position in the query, and a suggestion."""

from handlers.text import plain_text
from handlers.text.html import Html, escape, join
from handlers.text.i18n import Translator
from matching.query.errors import ErrorKind, QueryError

_KEYS = {
    ErrorKind.EMPTY: "error-empty",
    ErrorKind.UNBALANCED: "error-unbalanced",
    ErrorKind.UNCLOSED_QUOTE: "error-unclosed-quote",
    ErrorKind.DANGLING_OPERATOR: "error-dangling-operator",
    ErrorKind.MISSING_VALUE: "error-missing-value",
    ErrorKind.UNKNOWN_TOPIC: "error-unknown-topic",
    ErrorKind.UNKNOWN_PLACE: "error-unknown-place",
    ErrorKind.UNKNOWN_SOURCE: "error-unknown-source",
    ErrorKind.LINK: "error-link",
    ErrorKind.UNKNOWN_FIELD: "error-unknown-field",
    ErrorKind.WRONG_LEVEL: "error-wrong-level",
    ErrorKind.WRONG_MAGNITUDE: "error-wrong-magnitude",
    ErrorKind.WRONG_DEPTH: "error-wrong-depth",
    ErrorKind.WRONG_UNIT: "error-wrong-unit",
    ErrorKind.WRONG_DISTANCE: "error-wrong-distance",
    ErrorKind.DISTANCE_WITHOUT_PLACE: "error-distance-without-place",
    ErrorKind.PLACE_WITHOUT_POINT: "error-place-without-point",
    ErrorKind.UNKNOWN_LOCATION: "error-unknown-location",
    ErrorKind.NO_POSITIVE_TERM: "error-no-positive-term",
    ErrorKind.TOO_COMMON: "error-too-common",
    ErrorKind.TOO_LONG: "error-too-long",
    ErrorKind.TOO_MANY_TERMS: "error-too-many-terms",
    ErrorKind.TOO_DEEP: "error-too-deep",
}
_CONTEXT_LENGTH = 24
"""Characters on each side of a mistake. More would wrap the line on a phone."""

_MAX_MARKED_LENGTH = 24
_MAX_SOURCES = 30
_MAX_CORRECTED_LENGTH = 300


def format_error(written: str, error: QueryError, translator: Translator) -> Html:
    """Format the error with the mistake marked in `written`, and a suggestion if there is one."""
    message = translator.html(_KEYS[error.kind], limit=error.limit or 0)
    excerpt = mark_span(written, error.start, error.end)
    sources = _sources(error, translator)
    suggestion = _suggestion(written, error, translator)
    return join("\n\n", [message, excerpt, sources, suggestion])


def apply_suggestion(written: str, error: QueryError) -> str | None:
    """Return the query with the suggestion applied; None without one, or if it gets too long."""
    if not error.suggestion:
        return None
    corrected = f"{written[: error.start]}{error.suggestion}{written[error.end :]}"
    return corrected if len(corrected) <= _MAX_CORRECTED_LENGTH else None


def mark_span(written: str, start: int, end: int) -> Html:
    """Return the text around a mistake with carets under it. Positions are code points."""
    first = max(0, start - _CONTEXT_LENGTH)
    last = min(end, start + _MAX_MARKED_LENGTH)
    excerpt = "".join(
        c if c.isprintable() else " " for c in written[first : last + _CONTEXT_LENGTH]
    )
    before, after = "…" * (first > 0), "…" * (last + _CONTEXT_LENGTH < len(written))
    carets = " " * (len(before) + start - first) + "^" * max(1, last - start)
    return Html(f"<pre>{escape(before + excerpt + after)}\n{carets}</pre>") if excerpt else Html()


def _sources(error: QueryError, translator: Translator) -> Html:
    """Return the names of the sources that a query can name, as it names them."""
    names = [f'from:"{name}"' if " " in name else f"from:{name}" for name in error.names]
    if not names:
        return Html()
    listed = [Html(f"<code>{escape(name)}</code>") for name in names[:_MAX_SOURCES]]
    more = [Html("…")] if len(names) > _MAX_SOURCES else []
    return translator.html("error-sources", sources=join(", ", [*listed, *more]))


def _suggestion(written: str, error: QueryError, translator: Translator) -> Html:
    suggestion = apply_suggestion(written, error) or plain_text.echo(error.suggestion or "")
    return translator.html("error-suggestion", suggestion=suggestion) if suggestion else Html()
