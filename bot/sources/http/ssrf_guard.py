"""Which addresses a page from outside may lead us to: never into the operator's own network.

What the operator wrote may lie there. What a redirect or an index of links names may not, and a
public name may not resolve to an address there: its owner is a stranger.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import AF_INET, AddressFamily
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
# RFC 8215 and RFC 5156: they lead to wherever their network likes.
_LOCAL = (IPv6Network("64:ff9b:1::/48"), IPv6Network("2001::/32"), IPv6Network("fec0::/10"))
_INNER_ENDINGS = (".local", ".lan", ".internal", ".home.arpa", ".localhost", ".intranet")

LONGEST_ADDRESS = 2048

Origin = tuple[str, str, int]
"""Scheme, host and port."""


def is_web_address(text: str) -> bool:
    """Whether it is an absolute http or https address without blanks."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and len(text) <= LONGEST_ADDRESS
            and text.isprintable()
            and " " not in text
            and URL(text).raw_host is not None
        )
    except ValueError:
        return False


def web_address(text: str) -> str | None:
    """The text where it is one, to be shown to people as a link."""
    return text if is_web_address(text) else None


def origin(url: str) -> Origin:
    """Of a web address."""
    read = URL(url)  # as the HTTP client reads it: another reader may see another host
    return read.scheme, read.raw_host or "", read.port or 0


def is_public(address: str) -> bool:
    """Whether the IP address is on the internet, and not another one in disguise."""
    return _is_public(ip_address(address.partition("%")[0]))


def leads_inside(url: str) -> bool:
    """Whether the host is by its own words one of a private network, and no name of the DNS."""
    host = (URL(url).raw_host or "").rstrip(".")
    try:
        return not is_public(host)
    except ValueError:  # no address, or one as only the system's library reads it: 127.1
        is_number = host.replace(".", "").isdigit()
        return is_number or "." not in host or host.endswith(_INNER_ENDINGS)


class LeadsInside(OSError):  # noqa: N818 - it says what is wrong
    """A public name has private addresses only."""


class PublicResolver(AbstractResolver):
    """Finds the addresses of a host: of a public name the public ones alone.

    The connection is made to what it returns, so there is no second look-up to answer otherwise.
    """

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError when there is none, LeadsInside among them."""
        found = await self._resolver.resolve(host, port, family)
        if leads_inside(f"http://{host}/"):  # the fetcher has asked whether it may
            return found
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise LeadsInside(f"{host} has no public address")
        return public

    async def close(self) -> None:
        await self._resolver.close()


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
        if any(ip in network for network in _LOCAL):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
