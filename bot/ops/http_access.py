"""HTTP access: who may read the operator's endpoints."""

import ipaddress

from aiohttp import web

_FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def is_from_operator_network(request: web.Request) -> bool:
    """Return whether the request comes directly from this machine or a private network."""
    if any(header in request.headers for header in _FORWARDING_HEADERS):
        return False  # a proxy passes requests of strangers on
    try:
        address = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    return address.is_private or address.is_loopback
