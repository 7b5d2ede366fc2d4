"""HTTP access: who may read the operator's endpoints."""

import hmac
import ipaddress

from aiohttp import web
from pydantic import SecretStr

_FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def has_bearer_token(request: web.Request, token: SecretStr) -> bool:
    """Return whether the request has `Authorization: Bearer` and the token."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # Compare raw bytes: compare_digest raises for text that is not ASCII.
    is_same = hmac.compare_digest(
        given.strip().encode("utf-8", "surrogateescape"), token.get_secret_value().encode()
    )
    return is_same and scheme.lower() == "bearer"


def is_from_operator_network(request: web.Request) -> bool:
    """Return whether the request comes directly from this machine or a private network."""
    if any(header in request.headers for header in _FORWARDING_HEADERS):
        return False  # a proxy passes requests of strangers on
    try:
        address = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    return address.is_private or address.is_loopback
