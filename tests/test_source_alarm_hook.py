"""Messages that ukrainealarm.com sends by itself, between two looks at its state."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.ukrainealarm_payloads import MESSAGE, TREE

from bot.ops.http_server import Address, HttpServer
from bot.sources import registry
from bot.sources.adapters.ukraine.ukrainealarm import UkraineAlarm, UkraineAlarmSettings
from bot.sources.base.rsa_signature import read_key
from bot.sources.core.source import Batch
from bot.sources.http.client import Fetcher, open_session
from bot.sources.poller import Poller
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.bulletins import Phase
from storage.inbound.ingest_queue import Taken

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
PUBLIC_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvSb3kCJwPm0pxId5LaXA
hC9LCi1hNsQ1LHWOcgeunxBT05iVyl6KuCtdHmBd7HBqT00xgvGQ7KfYunFXPgWK
5Axbpe0m/qwVLqCGoFZR/X5cMCl8mpUhnxbMMSVbt6cXWG3ocJzionvy9P2zMbR4
tZmoIbODRzCMV9A1uEXARRXp9wefaPYZpoQFKqQvcMQluT0jJox4BentqtLFPLrz
Ot6BwlAfd9K4ply7M2Lkg56JvgjSEMgWwGxYtlHEwE/l4Af2acVDx2lA8bOeQV71
8eCJhNYoAYnUCAILk+9gLK0cDhCuso34Kg/akKIxUCyWKX/Yvm8GZxOYGQ6eByzx
5wIDAQAB
-----END PUBLIC KEY-----
"""
SHORT_KEY = """\
-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDmaBZ199pCWZK6t0pbld7+iJh6
3MD5F3y6peCahPAr3G89k6TJm8D0B4vQrG6OqSiCRtHNWGnrKWyLGzTF2A4+afhx
2DqHtp0Mtmh/esLRx4XdIr4glGm/ONoIfrP6ZqINcavJrt7eUyokwnwp3PEZnT/V
FXFsF5cttYVcLSeILwIDAQAB
-----END PUBLIC KEY-----
"""
SIGNATURE = (
    "cWyGTZhgBra3vqzZD03FeqByYj1N66jiSnqRHg36dy96d2TgtcG9NCenpNuVOTXElNtiY83HPyzK0f/wzx0dZvNr"
    "E9qG2AXgshCB8WnIKuYoxGSnhZMN2qSTIF2GOJv6af4P1fSUk5w288ZHh32Un59jmsOy1d4jNO0XGLSCjBYGzn1p"
    "ieysmDjN1058ZHimyArGMnJDD5nbRV5E8wO26/RiPLenFu+cATimCCRBi6AXWoAK1+bTlnHGAEu9zEmICh6qYXl2"
    "QUxgOEjr7zHyOfNX9E0kvNZeMCPliDHktOGPCCxL4hMeef3x+DkApR3X5qdtZ2Q+/rmyXWgKlFH/5w=="
)
"""Of 1772697600, which is NOW, a point, and MESSAGE; made by OpenSSL."""


@dataclass
class Service:
    """ukrainealarm.com, with us before it."""

    url: str = ""
    state: list[Any] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=lambda: {"POST": 200, "PATCH": 200})
    registered: list[tuple[str, str]] = field(default_factory=list)  # method and address
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_route("*", "/api/webhook", self._register)
        application.router.add_get("/api/alerts", self._alerts)
        application.router.add_get("/api/alerts/status", self._status)
        application.router.add_get("/api/regions", self._regions)
        self.answers.set()
        return application

    async def _register(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "s3cret"
        self.registered.append((request.method, (await request.json())["webHookUrl"]))
        return web.Response(status=self.taken[request.method])

    async def _alerts(self, _request: web.Request) -> web.Response:
        state = list(self.state)
        self.looked.set()
        await self.answers.wait()
        return web.json_response(state)

    async def _status(self, _request: web.Request) -> web.Response:
        self.asked += 1
        return web.json_response({"lastActionIndex": self.asked})

    async def _regions(self, _request: web.Request) -> web.Response:
        return web.json_response(TREE)


@dataclass
class Hooked:
    """The source as it runs: its poller, its hook and what they brought."""

    service: Service
    poller: Poller
    session: ClientSession
    url: str = ""
    batches: list[Batch] = field(default_factory=list)

    async def send(
        self, body: str | bytes, key: str | None = None, **headers: str
    ) -> tuple[int, Mapping[str, Any]]:
        shown = self.address.partition("?key=")[2] if key is None else key
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(
            f"{self.url}/hook/alarm",
            params={"key": shown},
            data=body,
            headers={"Content-Type": "application/json", **named},
        ) as response:
            return response.status, await response.json()

    async def begin(self) -> timedelta:
        """The first look and the one after it; how long until the next."""
        await self.poller.poll()
        wait = await self.poller.poll()
        self.batches.clear()
        return wait

    @property
    def address(self) -> str:
        return self.service.registered[-1][1]

    @property
    def told(self) -> list[str]:
        return [f"{one.phase}: {one.title}" for b in self.batches for one in b.bulletins]


async def started(
    sqlite: Database, service: Service, public_key: str | None
) -> AsyncIterator[Hooked]:
    runner = web.AppRunner(service.application(), shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/alerts"
    batches: list[Batch] = []

    async def take(batch: Batch) -> Sequence[Taken]:
        batches.append(batch)
        async with sqlite.write() as transaction:
            if batch.cursor is not None:
                await sources.succeed(transaction, batch.source, batch.cursor, NOW)
        return [Taken(repeated=False, matched=0)] * len(batch.bulletins)

    settings = UkraineAlarmSettings(
        kind="ukrainealarm",
        name="alarm",
        url=url,
        token=SecretStr("s3cret"),
        webhook_url="https://bot.example.org/hook/alarm",
        webhook_public_key=public_key,
    )
    async with open_session() as session, ClientSession() as sender:
        source = settings.source(Fetcher(session, lambda: NOW), lambda: NOW)
        poller = Poller(source, sqlite, take, lambda: NOW, chance=lambda: 0.5)
        hooks = registry.hooks([settings], [poller], take, lambda: NOW)
        server = HttpServer(Address("127.0.0.1", 0), {}, hooks)
        hooked = Hooked(service, poller, sender, batches=batches)
        hooked.url = f"http://127.0.0.1:{await server.start()}"
        yield hooked
        await server.stop()
    await runner.cleanup()


@pytest.fixture
async def hooked(sqlite: Database) -> AsyncIterator[Hooked]:
    async for one in started(sqlite, Service(), None):
        yield one


@pytest.fixture
async def signed(sqlite: Database) -> AsyncIterator[Hooked]:
    async for one in started(sqlite, Service(), PUBLIC_KEY):
        yield one


def on(uid: str) -> dict[str, Any]:
    alert = {"regionId": uid, "type": "AIR", "lastUpdate": "2026-03-05T07:54:07Z"}
    return {"regionId": uid, "regionName": "Бахмутський район", "activeAlerts": [alert]}


async def test_the_address_it_is_given_cannot_be_guessed_and_looks_become_rare(
    hooked: Hooked,
) -> None:
    """Case 66: there is no address without a secret in it."""
    wait = await hooked.begin()

    assert [method for method, _ in hooked.service.registered] == ["POST"]
    assert hooked.address.startswith("https://bot.example.org/hook/alarm?key=")
    assert len(hooked.address.partition("=")[2]) == 32
    assert "s3cret" not in hooked.address
    assert wait == timedelta(minutes=5)


async def test_where_an_address_is_known_already_it_is_told_the_new_one(hooked: Hooked) -> None:
    hooked.service.taken["POST"] = 409

    assert await hooked.begin() == timedelta(minutes=5)

    assert [method for method, _ in hooked.service.registered] == ["POST", "PATCH"]


@pytest.mark.parametrize(("status", "tried"), [(401, 1), (500, 2)])
async def test_as_long_as_it_takes_no_address_it_is_asked_as_often_as_before(
    hooked: Hooked, status: int, tried: int
) -> None:
    hooked.service.taken = {"POST": status, "PATCH": status}

    with capture_logs() as logs:
        await hooked.poller.poll()
        assert hooked.service.registered == []  # a first look comes before it
        assert await hooked.poller.poll() == timedelta(seconds=20)

    assert len(hooked.service.registered) == tried
    assert [log["event"] for log in logs] == ["webhook_not_set_up"]
    assert hooked.batches[0].baseline


async def test_a_message_is_told_at_once_and_the_next_look_repeats_nothing(
    hooked: Hooked,
) -> None:
    await hooked.begin()

    assert await hooked.send(MESSAGE) == (202, {"accepted": 1})
    hooked.service.state = [on("54")]
    await hooked.poller.poll()
    over = MESSAGE.replace("Activate", "DEACTIVATE").replace("08:00:00", "08:07:00")
    assert await hooked.send(over) == (202, {"accepted": 1})
    hooked.service.state = []
    await hooked.poller.poll()
    await hooked.poller.poll()

    assert hooked.told == [
        "active: Повітряна тривога: Бахмутський район",
        "clear: Відбій повітряної тривоги: Бахмутський район",
    ]
    assert [batch.deduced for batch in hooked.batches] == [False, True, False, True, True]
    assert [len(batch.state or ()) for batch in hooked.batches] == [1, 1, 0, 0, 0]
    assert hooked.batches[0].bulletins[0].regions == ("54", "Бахмутський район")


async def test_a_look_from_before_a_message_takes_nothing_back(hooked: Hooked) -> None:
    """Case 50: what was asked for before the alert began does not end it."""
    await hooked.begin()
    hooked.service.answers.clear()
    hooked.service.looked.clear()
    look = asyncio.create_task(hooked.poller.poll())
    await hooked.service.looked.wait()

    assert (await hooked.send(MESSAGE))[0] == 202
    hooked.service.answers.set()
    with capture_logs() as logs:
        await look

    assert hooked.told == ["active: Повітряна тривога: Бахмутський район"]
    assert [log["event"] for log in logs] == ["look_overtaken"]


async def test_a_message_before_the_first_look_is_told_all_the_same(hooked: Hooked) -> None:
    source = hooked.poller.source
    assert isinstance(source, UkraineAlarm)

    batch = source.told(MESSAGE.encode(), None)

    assert ([one.phase for one in batch.bulletins], batch.cursor) == ([Phase.ACTIVE], None)


@pytest.mark.parametrize("key", ["", "x", "0" * 32, "\ud83d"])
async def test_who_does_not_know_the_address_is_refused(hooked: Hooked, key: str) -> None:
    await hooked.begin()

    with capture_logs():
        status, _ = await hooked.send(MESSAGE, key=key.encode("utf-8", "replace").decode())

    assert status == 401
    assert hooked.told == []


@pytest.mark.parametrize("body", ["", "{", "5", "{}", '{"status": "Activate"}', '[{"x": 1}]'])
async def test_what_is_no_message_is_refused_and_changes_nothing(hooked: Hooked, body: str) -> None:
    """Case 57."""
    await hooked.begin()

    with capture_logs():
        status, answer = await hooked.send(body)

    assert (status, bool(answer["error"])) == (400, True)
    assert hooked.told == []


async def test_a_signature_is_checked_where_the_key_is_known(signed: Hooked) -> None:
    await signed.begin()
    good = {"X_Webhook_Signature": SIGNATURE, "X_Webhook_Timestamp": "1772697600"}
    forged = [
        {},
        {**good, "X_Webhook_Timestamp": "1772697601"},
        {**good, "X_Webhook_Timestamp": "soon"},
        {**good, "X_Webhook_Signature": "AAAA"},
        {**good, "X_Webhook_Signature": "ä"},
        {**good, "X_Webhook_Signature": "B" + SIGNATURE[1:]},
    ]
    with capture_logs():
        assert [(await signed.send(MESSAGE, **one))[0] for one in forged] == [401] * len(forged)
        assert (await signed.send(MESSAGE.replace("54", "55"), **good))[0] == 401

    assert (await signed.send(MESSAGE, **good))[0] == 202
    assert len(signed.told) == 1


@pytest.mark.parametrize("pem", ["", "x", SHORT_KEY, PUBLIC_KEY.replace("MIIB", "MIIA"),
                                 PUBLIC_KEY.replace("BEGIN PUBLIC", "BEGIN PRIVATE")])  # fmt: skip
def test_a_key_that_is_none_is_told(pem: str) -> None:
    with pytest.raises(ValueError, match="public RSA key"):
        read_key(pem.encode())
