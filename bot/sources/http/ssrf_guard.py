"""SSRF guard: keeps redirects, links and DNS from leading requests into a private network.

An address in the configuration may be private. A redirect or a link may not, and a public name may
not resolve to a private address: a stranger controls it.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import AF_INET, AddressFamily

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
# RFC 8215 and RFC 5156: local translation, Teredo and site-local addresses.
_LOCAL_NETWORKS = (
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2001::/32"),
    IPv6Network("fec0::/10"),
)
_PRIVATE_SUFFIXES = (".local", ".lan", ".internal", ".home.arpa", ".localhost", ".intranet")

Origin = tuple[str, str, int]
"""Scheme, host and port."""


def origin(url: str) -> Origin:
    """Return the origin of a web address."""
    parsed = URL(url)  # parsed like the HTTP client does: another parser may see another host
    return parsed.scheme, parsed.raw_host or "", parsed.port or 0


def is_public(address: str) -> bool:
    """Return True for a public IP address that embeds no private one (NAT64, 6to4, mapped)."""
    return _is_public(ip_address(address.partition("%")[0]))


def has_private_host(url: str) -> bool:
    """Return True if the host itself is private: a private address or a name outside the DNS."""
    host = (URL(url).raw_host or "").rstrip(".")
    try:
        return not is_public(host)
    except ValueError:  # a name, or an address that only the C library parses: 127.1
        is_number = host.replace(".", "").isdigit()
        return is_number or "." not in host or host.endswith(_PRIVATE_SUFFIXES)


class PrivateAddressError(OSError):
    """A public name resolves to private addresses only."""


class PublicResolver(AbstractResolver):
    """DNS resolver that returns only public addresses for a public name.

    The client connects to what it returns, so there is no second look-up to rebind.
    """

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host.

        Raises OSError if there is none, PrivateAddressError if a public name has none.
        """
        results = await self._resolver.resolve(host, port, family)
        if has_private_host(f"http://{host}/"):  # `HttpClient` has allowed this host
            return results
        public = [result for result in results if is_public(result["host"])]
        if not public:
            raise PrivateAddressError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        """Close the wrapped resolver."""
        await self._resolver.close()


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            embedded = IPv4Address(int(ip) & 0xFFFFFFFF)
        if embedded is not None:
            return _is_public(embedded)
        if any(ip in network for network in _LOCAL_NETWORKS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
