"""Web addresses: the setting type `WebAddress` and the check behind it.

Only the form is checked here. `bot.sources.http.ssrf_guard` decides if a request may go there.
"""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator
from yarl import URL

MAX_ADDRESS_LENGTH = 2048  # characters


def is_web_address(text: str) -> bool:
    """Return True for an absolute http or https address without blanks."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and len(text) <= MAX_ADDRESS_LENGTH
            and text.isprintable()
            and " " not in text
            and URL(text).raw_host is not None
        )
    except ValueError:
        return False


def web_address_or_none(text: str) -> str | None:
    """Return the text if it is a web address that a message can link to, else None."""
    return text if is_web_address(text) else None


def _validate(text: str) -> str:
    if not is_web_address(text):
        raise ValueError("an address that begins with http:// or https://")
    return text


WebAddress = Annotated[str, AfterValidator(_validate)]
"""A setting that holds an absolute http or https address."""
