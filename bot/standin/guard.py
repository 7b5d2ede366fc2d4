"""Request guard: other websites may not reach this server on a person's own machine."""

from aiohttp import web

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def from_browser(request: web.BaseRequest) -> bool:
    """Return whether a browser's page sent the request; a bot never does."""
    return "Origin" in request.headers or "Sec-Fetch-Site" in request.headers


def is_loopback(request: web.BaseRequest) -> bool:
    """Return whether the Host header names this machine.

    A foreign domain may resolve to this machine (DNS rebinding), but the Host header shows it.
    """
    name, _, port = request.headers.get("Host", "").rpartition(":")
    return name in LOOPBACK and port.isdecimal()


def is_ours(request: web.BaseRequest) -> bool:
    """Return whether a request is from the stand-in's own page, not from a foreign origin."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.headers.get('Host')}":
        return False
    return request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
