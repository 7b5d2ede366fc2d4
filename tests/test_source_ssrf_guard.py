"""SSRF guard: no page leads requests into the operator's network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from socket import AF_INET, AddressFamily

import pytest
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from support.http_origin import Origin, origin, page

from bot.sources.core.errors import Refused, Unreachable, Unusable
from bot.sources.http.client import HttpClient, SourceSession, open_session
from bot.sources.http.ssrf_guard import (
    PrivateAddressError,
    PublicResolver,
    has_private_host,
    is_public,
)
from bot.sources.isolation.parser_pool import ParserPool

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001::1",
    ],
)
def test_a_private_address_is_recognised_in_every_notation(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e", "2002:5db8:d70e::"]
)
def test_a_public_address_behind_a_translator_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "is_private"),
    [
        ("http://127.0.0.1:8080/", True),
        ("http://[::1]/", True),
        ("http://[64:ff9b::7f00:1]/", True),
        ("http://localhost/", True),
        ("http://localhost./", True),
        ("http://rss-bridge/feed", True),
        ("http://2130706433/", True),
        ("http://127.1/", True),
        ("http://0177.0.0.1/", True),
        ("http://127.0.0.1./", True),
        ("http://\uff11\uff12\uff17.0.0.1/", True),
        ("http://127\u30020\u30020\u30021/", True),
        ("http://example.org@127.0.0.1/", True),
        ("http://127.0.0.1:80@example.org/", False),
        ("http://nas.local/", True),
        ("http://93.184.215.14/", False),
        ("https://example.org/", False),
    ],
)
def test_a_private_host_is_recognised_without_dns(url: str, is_private: bool) -> None:  # noqa: FBT001
    assert has_private_host(url) == is_private


def redirect(to: str) -> web.Response:
    return web.Response(status=302, headers={"Location": to})


@asynccontextmanager
async def redirecting(to: str) -> AsyncIterator[Origin]:
    async with origin() as server:

        async def answer(_request: web.Request) -> web.StreamResponse:
            return redirect(to)

        server.answer = answer
        yield server


async def test_a_redirect_into_the_private_network_is_not_followed() -> None:
    async with origin() as inner, redirecting(inner.url) as outer, open_session() as session:
        inner.answer = page(b"secret")

        with pytest.raises(Unusable, match="private network"):
            await HttpClient(session, clock).get(outer.url, max_bytes=1000)

    assert inner.requests == []


async def test_a_redirect_on_the_operators_own_server_is_followed() -> None:
    async with origin() as server, open_session() as session:

        async def answer(request: web.Request) -> web.StreamResponse:
            return web.Response(text="here") if request.query.get("to") else redirect("?to=1")

        server.answer = answer
        result = await HttpClient(session, clock).get(server.url, max_bytes=1000)

    assert result is not None
    assert (result.body, result.url.endswith("/page?to=1")) == (b"here", True)


async def test_a_redirect_loop_ends() -> None:
    async with redirecting("/page") as server, open_session() as session:
        with pytest.raises(Unreachable, match="redirects too often"):
            await HttpClient(session, clock).get(server.url, max_bytes=1000)

    assert len(server.requests) == 6


@pytest.mark.parametrize("to", ["file:///etc/passwd", "http://a b/", "http://a.org\\\\@127.0.0.1/"])
async def test_a_redirect_to_an_invalid_address_is_refused(to: str) -> None:
    async with redirecting(to) as server, open_session() as session:
        with pytest.raises(Refused, match="302"):
            await HttpClient(session, clock).get(server.url, max_bytes=1000)


async def test_a_link_into_the_private_network_is_not_followed() -> None:
    async with origin() as inner, open_session() as session:
        with pytest.raises(Unusable, match="private network"):
            await HttpClient(session, clock).get(
                inner.url, max_bytes=1000, linked_from="https://example.org/index"
            )

    assert inner.requests == []


class LoopbackResolver(AbstractResolver):
    """DNS of an attacker: every name resolves to this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        return None


async def test_a_public_name_with_a_private_address_is_not_connected_to() -> None:
    resolver = PublicResolver(LoopbackResolver())
    async with (
        origin() as inner,
        ClientSession(connector=TCPConnector(resolver=resolver)) as session,
    ):
        url = inner.url.replace("127.0.0.1", "rebound.example.org")

        with pytest.raises(Unusable, match="private network"):
            await HttpClient(SourceSession(session, ParserPool()), clock).get(url, max_bytes=1000)
        with pytest.raises(PrivateAddressError):
            await resolver.resolve("rebound.example.org")

    assert inner.requests == []


async def test_a_private_name_from_the_configuration_is_resolved() -> None:
    resolver = PublicResolver(DefaultResolver())

    result = await resolver.resolve("localhost", 80)
    await resolver.close()

    assert {item["host"] for item in result} <= {"127.0.0.1", "::1"}


async def test_a_redirect_to_another_server_drops_secret_headers() -> None:
    connector = TCPConnector(resolver=LoopbackResolver())
    async with origin() as other, origin() as first, ClientSession(connector=connector) as session:
        other.answer = page(b"here")
        target = other.url.replace("127.0.0.1", "b.example.org")

        async def answer(_request: web.Request) -> web.StreamResponse:
            return redirect(target)

        first.answer = answer
        await HttpClient(SourceSession(session, ParserPool()), clock).get(
            first.url.replace("127.0.0.1", "a.example.org"),
            max_bytes=1000,
            headers={"Authorization": "Bearer s", "Cookie": "s"},
        )

    assert first.requests[0]["Authorization"] == "Bearer s"
    assert {"Authorization", "Cookie"}.isdisjoint(other.requests[0])
