"""Why a query was refused: the place of the mistake, what is wrong, what to write instead."""

from handlers.text.html import Html, escape, join
from handlers.text.i18n import Voice
from matching.query.errors import ErrorKind, QueryError

_KEYS = {
    ErrorKind.EMPTY: "error-empty",
    ErrorKind.UNBALANCED: "error-unbalanced",
    ErrorKind.UNCLOSED_QUOTE: "error-unclosed-quote",
    ErrorKind.DANGLING_OPERATOR: "error-dangling-operator",
    ErrorKind.MISSING_VALUE: "error-missing-value",
    ErrorKind.UNKNOWN_TOPIC: "error-unknown-topic",
    ErrorKind.UNKNOWN_PLACE: "error-unknown-place",
    ErrorKind.NO_POSITIVE_TERM: "error-no-positive-term",
    ErrorKind.TOO_COMMON: "error-too-common",
    ErrorKind.TOO_LONG: "error-too-long",
    ErrorKind.TOO_MANY_TERMS: "error-too-many-terms",
    ErrorKind.TOO_DEEP: "error-too-deep",
}
_BESIDE = 24
"""Characters shown on each side of a mistake: more would break the line on a phone."""

_WIDEST = 24
_CORRECTED = 300


def refuse(written: str, error: QueryError, voice: Voice) -> Html:
    """The mistake in `written`, marked, with what to write instead where one can tell."""
    said = voice.say(_KEYS[error.kind], limit=error.limit or 0)
    seen = marked(written, error.start, error.end)
    return join("\n\n", [said, seen, _suggested(written, error, voice)])


def correct(written: str, error: QueryError) -> str | None:
    """The query with the suggestion in place; None where there is none to show."""
    if not error.suggestion:
        return None
    corrected = f"{written[: error.start]}{error.suggestion}{written[error.end :]}"
    return corrected if len(corrected) <= _CORRECTED else None


def marked(written: str, start: int, end: int) -> Html:
    """The words around a mistake, with carets under it; places are code points."""
    first = max(0, start - _BESIDE)
    last = min(end, start + _WIDEST)
    seen = "".join(c if c.isprintable() else " " for c in written[first : last + _BESIDE])
    before, after = "…" * (first > 0), "…" * (last + _BESIDE < len(written))
    carets = " " * (len(before) + start - first) + "^" * max(1, last - start)
    return Html(f"<pre>{escape(before + seen + after)}\n{carets}</pre>") if seen else Html()


def _suggested(written: str, error: QueryError, voice: Voice) -> Html:
    suggestion = correct(written, error) or error.suggestion
    return voice.say("error-suggestion", suggestion=suggestion) if suggestion else Html()
