"""Redaction: replaces every secret of the configuration in text that leaves the process."""

import json
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from pydantic import BaseModel, SecretStr

_MASK = "***"
_MIN_LENGTH = 4
"""Shorter secrets are not replaced: they are part of ordinary words."""

_SECRET_PARAMETERS = ("key", "token", "secret", "password", "auth", "sig")
"""Parts of the names of query parameters whose values are secrets."""


class Redactor:
    """Replacement of secrets in every form in which they may be written."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {
            form
            for secret in secrets
            if len(secret) >= _MIN_LENGTH
            for form in (secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1])
        }
        # The longest first: a secret may contain another one.
        self._forms = sorted(forms, key=len, reverse=True)

    def redact(self, text: str) -> str:
        """Return the text with each secret replaced by ***."""
        for form in self._forms:
            text = text.replace(form, _MASK)
        return text


def find_secrets(settings: BaseModel) -> set[str]:
    """Return all secrets in settings: SecretStr values, passwords and keys in addresses."""
    return set(_secrets_in(settings))


def _secrets_in(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case BaseModel():
            for name in type(value).model_fields:
                yield from _secrets_in(getattr(value, name))
        case tuple() | list():
            for item in value:
                yield from _secrets_in(item)
        case str() if "://" in value:
            yield from _secrets_in_address(value)


def _secrets_in_address(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
        password = parts.password
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)
    for name, parameter in parse_qsl(parts.query):
        if any(word in name.lower() for word in _SECRET_PARAMETERS):
            yield parameter
