"""Keeping strangers' web pages away from a server on a person's own machine."""

from aiohttp import web

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def from_browser(request: web.BaseRequest) -> bool:
    """Whether a web page sent it: browsers say so, and no bot runs in one."""
    return "Origin" in request.headers or "Sec-Fetch-Site" in request.headers


def is_loopback(request: web.BaseRequest) -> bool:
    """Whether it was addressed to this machine by name.

    A stranger's domain may resolve to this machine (DNS rebinding), but then the Host says so.
    """
    name, _, port = request.headers.get("Host", "").rpartition(":")
    return name in LOOPBACK and port.isdecimal()


def is_ours(request: web.BaseRequest) -> bool:
    """Whether no other page than ours sent it: no foreign Origin, nothing cross-site."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.headers.get('Host')}":
        return False
    return request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
