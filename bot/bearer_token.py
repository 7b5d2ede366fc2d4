"""Bearer token: comparison of a request's Authorization header with a secret."""

import hmac

from aiohttp import web
from pydantic import SecretStr


def has_bearer_token(request: web.Request, token: SecretStr) -> bool:
    """Return whether the request has `Authorization: Bearer` and the token."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # Compare raw bytes: compare_digest raises for text that is not ASCII.
    is_same = hmac.compare_digest(
        given.strip().encode("utf-8", "surrogateescape"), token.get_secret_value().encode()
    )
    return is_same and scheme.lower() == "bearer"
