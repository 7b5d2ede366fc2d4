"""Webhook of ukrainealarm.com: registration, messages between polls, signatures."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.ukrainealarm_payloads import MESSAGE, TREE

from bot.ops.http_server import Address, HttpServer
from bot.sources import registry
from bot.sources.adapters.ukraine.ukrainealarm import UkraineAlarm, UkraineAlarmSettings
from bot.sources.base.rsa_signature import is_signed, load_public_key
from bot.sources.core.source import Batch
from bot.sources.http.client import HttpClient, open_session
from bot.sources.poller import Poller
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.bulletins import Phase
from storage.inbound.ingest_queue import IngestResult

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
"""Signature of 1772697600, which is NOW, a point, and MESSAGE; made by OpenSSL."""


@dataclass
class Service:
    """Fake of ukrainealarm.com."""

    url: str = ""
    state: list[Any] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=lambda: {"POST": 200, "PATCH": 200})
    registered: list[tuple[str, str]] = field(default_factory=list)  # method and address
    polled: asyncio.Event = field(default_factory=asyncio.Event)
    can_answer: asyncio.Event = field(default_factory=asyncio.Event)
    poll_count: int = 0

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_route("*", "/api/webhook", self._register)
        application.router.add_get("/api/alerts", self._alerts)
        application.router.add_get("/api/alerts/status", self._status)
        application.router.add_get("/api/regions", self._regions)
        self.can_answer.set()
        return application

    async def _register(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "s3cret"
        self.registered.append((request.method, (await request.json())["webHookUrl"]))
        return web.Response(status=self.statuses[request.method])

    async def _alerts(self, _request: web.Request) -> web.Response:
        state = list(self.state)
        self.polled.set()
        await self.can_answer.wait()
        return web.json_response(state)

    async def _status(self, _request: web.Request) -> web.Response:
        self.poll_count += 1
        return web.json_response({"lastActionIndex": self.poll_count})

    async def _regions(self, _request: web.Request) -> web.Response:
        return web.json_response(TREE)


@dataclass
class WebhookDriver:
    """Driver of the running source: its poller, its webhook and their batches."""

    service: Service
    poller: Poller
    session: ClientSession
    url: str = ""
    batches: list[Batch] = field(default_factory=list)

    async def send(
        self, body: str | bytes, key: str | None = None, **headers: str
    ) -> tuple[int, Mapping[str, Any]]:
        sent_key = self.address.partition("?key=")[2] if key is None else key
        sent_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(
            f"{self.url}/hook/alarm",
            params={"key": sent_key},
            data=body,
            headers={"Content-Type": "application/json", **sent_headers},
        ) as response:
            return response.status, await response.json()

    async def poll_twice(self) -> timedelta:
        """Run the first poll and the next one; return the delay until the third."""
        await self.poller.poll()
        wait = await self.poller.poll()
        self.batches.clear()
        return wait

    @property
    def address(self) -> str:
        return self.service.registered[-1][1]

    @property
    def titles(self) -> list[str]:
        items = (item for batch in self.batches for item in batch.bulletins)
        return [f"{item.phase}: {item.title}" for item in items]


async def run_webhook(
    sqlite: Database, service: Service, public_key: str | None
) -> AsyncIterator[WebhookDriver]:
    runner = web.AppRunner(service.application(), shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/alerts"
    batches: list[Batch] = []

    async def ingest(batch: Batch) -> Sequence[IngestResult]:
        batches.append(batch)
        async with sqlite.write() as transaction:
            if batch.cursor is not None:
                await sources.record_success(transaction, batch.source, batch.cursor, NOW)
        return [IngestResult(is_duplicate=False, match_count=0)] * len(batch.bulletins)

    settings = UkraineAlarmSettings(
        kind="ukrainealarm",
        name="alarm",
        url=url,
        token=SecretStr("s3cret"),
        webhook_url="https://bot.example.org/hook/alarm",
        webhook_public_key=public_key,
    )
    async with open_session() as session, ClientSession() as sender:
        source = settings.build_source(HttpClient(session, lambda: NOW), lambda: NOW)
        poller = Poller(source, sqlite, ingest, lambda: NOW, random_fraction=lambda: 0.5)
        webhooks = registry.webhooks([settings], [poller], ingest, lambda: NOW)
        server = HttpServer(Address("127.0.0.1", 0), {}, webhooks)
        driver = WebhookDriver(service, poller, sender, batches=batches)
        driver.url = f"http://127.0.0.1:{await server.start()}"
        yield driver
        await server.stop()
    await runner.cleanup()


@pytest.fixture
async def driver(sqlite: Database) -> AsyncIterator[WebhookDriver]:
    async for driver in run_webhook(sqlite, Service(), None):
        yield driver


@pytest.fixture
async def signed_driver(sqlite: Database) -> AsyncIterator[WebhookDriver]:
    async for driver in run_webhook(sqlite, Service(), PUBLIC_KEY):
        yield driver


def active_region(uid: str) -> dict[str, Any]:
    alert = {"regionId": uid, "type": "AIR", "lastUpdate": "2026-03-05T07:54:07Z"}
    return {"regionId": uid, "regionName": "Бахмутський район", "activeAlerts": [alert]}


async def test_the_registered_address_has_a_secret_and_polls_become_rare(
    driver: WebhookDriver,
) -> None:
    """The random key keeps strangers from posting alerts to the address."""
    wait = await driver.poll_twice()

    assert [method for method, _ in driver.service.registered] == ["POST"]
    assert driver.address.startswith("https://bot.example.org/hook/alarm?key=")
    assert len(driver.address.partition("=")[2]) == 32
    assert "s3cret" not in driver.address
    assert wait == timedelta(minutes=5)


async def test_a_service_with_an_address_gets_the_new_one_by_patch(
    driver: WebhookDriver,
) -> None:
    driver.service.statuses["POST"] = 409

    assert await driver.poll_twice() == timedelta(minutes=5)

    assert [method for method, _ in driver.service.registered] == ["POST", "PATCH"]


@pytest.mark.parametrize(("status", "attempts"), [(401, 1), (500, 2)])
async def test_a_failed_registration_keeps_the_short_poll_interval(
    driver: WebhookDriver, status: int, attempts: int
) -> None:
    driver.service.statuses = {"POST": status, "PATCH": status}

    with capture_logs() as logs:
        await driver.poller.poll()
        assert driver.service.registered == []  # the first poll comes before it
        assert await driver.poller.poll() == timedelta(seconds=20)

    assert len(driver.service.registered) == attempts
    assert [log["event"] for log in logs] == ["webhook_registration_failed"]
    assert driver.batches[0].is_baseline


async def test_a_message_is_published_at_once_and_the_next_poll_repeats_nothing(
    driver: WebhookDriver,
) -> None:
    await driver.poll_twice()

    assert await driver.send(MESSAGE) == (202, {"accepted": 1})
    driver.service.state = [active_region("54")]
    await driver.poller.poll()
    over = MESSAGE.replace("Activate", "DEACTIVATE").replace("08:00:00", "08:07:00")
    assert await driver.send(over) == (202, {"accepted": 1})
    driver.service.state = []
    await driver.poller.poll()
    await driver.poller.poll()

    assert driver.titles == [
        "active: Повітряна тривога: Бахмутський район",
        "clear: Відбій повітряної тривоги: Бахмутський район",
    ]
    assert [batch.has_inferred_all_clears for batch in driver.batches] == [
        False,
        True,
        False,
        True,
        True,
    ]
    assert [len(batch.state or ()) for batch in driver.batches] == [1, 1, 0, 0, 0]
    assert driver.batches[0].bulletins[0].regions == ("54", "Бахмутський район")


async def test_a_poll_from_before_a_message_is_discarded(driver: WebhookDriver) -> None:
    """A poll that started before the alert must not end it."""
    await driver.poll_twice()
    driver.service.can_answer.clear()
    driver.service.polled.clear()
    poll = asyncio.create_task(driver.poller.poll())
    async with asyncio.timeout(30):
        await driver.service.polled.wait()

    assert (await driver.send(MESSAGE))[0] == 202
    driver.service.can_answer.set()
    with capture_logs() as logs:
        await poll

    assert driver.titles == ["active: Повітряна тривога: Бахмутський район"]
    assert [log["event"] for log in logs] == ["poll_superseded"]


async def test_a_message_before_the_first_poll_is_published(driver: WebhookDriver) -> None:
    source = driver.poller.source
    assert isinstance(source, UkraineAlarm)

    batch = source.read_message(MESSAGE.encode(), None)

    assert ([item.phase for item in batch.bulletins], batch.cursor) == ([Phase.ACTIVE], None)


@pytest.mark.parametrize("key", ["", "x", "0" * 32, "\ud83d"])
async def test_a_sender_without_the_key_is_refused(driver: WebhookDriver, key: str) -> None:
    await driver.poll_twice()

    with capture_logs():
        status, _ = await driver.send(MESSAGE, key=key.encode("utf-8", "replace").decode())

    assert status == 401
    assert driver.titles == []


@pytest.mark.parametrize("body", ["", "{", "5", "{}", '{"status": "Activate"}', '[{"x": 1}]'])
async def test_an_invalid_message_is_refused_and_changes_nothing(
    driver: WebhookDriver, body: str
) -> None:
    await driver.poll_twice()

    with capture_logs():
        status, answer = await driver.send(body)

    assert (status, bool(answer["error"])) == (400, True)
    assert driver.titles == []


async def test_a_signature_is_checked_if_a_public_key_is_configured(
    signed_driver: WebhookDriver,
) -> None:
    await signed_driver.poll_twice()
    valid = {"X_Webhook_Signature": SIGNATURE, "X_Webhook_Timestamp": "1772697600"}
    forged = [
        {},
        {**valid, "X_Webhook_Timestamp": "1772697601"},
        {**valid, "X_Webhook_Timestamp": "soon"},
        {**valid, "X_Webhook_Signature": "AAAA"},
        {**valid, "X_Webhook_Signature": "ä"},
        {**valid, "X_Webhook_Signature": "B" + SIGNATURE[1:]},
    ]
    with capture_logs():
        assert [(await signed_driver.send(MESSAGE, **headers))[0] for headers in forged] == [
            401
        ] * len(forged)
        assert (await signed_driver.send(MESSAGE.replace("54", "55"), **valid))[0] == 401

    assert (await signed_driver.send(MESSAGE, **valid))[0] == 202
    assert len(signed_driver.titles) == 1


@pytest.mark.parametrize("pem", ["", "x", SHORT_KEY, PUBLIC_KEY.replace("MIIB", "MIIA"),
                                 PUBLIC_KEY.replace("BEGIN PUBLIC", "BEGIN PRIVATE")])  # fmt: skip
def test_an_invalid_public_key_is_refused(pem: str) -> None:
    with pytest.raises(ValueError, match="RSA public key"):
        load_public_key(pem.encode())


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def to_pem(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_only_a_signature_of_the_same_key_and_message_is_valid(
    private_key: rsa.RSAPrivateKey,
) -> None:
    public_key = load_public_key(to_pem(private_key.public_key()))
    other_key = load_public_key(PUBLIC_KEY.encode())
    signature = private_key.sign(b"message", PKCS1v15(), SHA256())

    assert is_signed(b"message", signature, public_key)
    assert not is_signed(b"messagf", signature, public_key)
    assert not is_signed(b"message", signature, other_key)
    for bad in (b"", signature[1:], signature + b"\0", b"\0" * 256, b"\xff" * 256):
        assert not is_signed(b"message", bad, public_key)


def test_a_signature_of_another_scheme_is_invalid(private_key: rsa.RSAPrivateKey) -> None:
    public_key = load_public_key(to_pem(private_key.public_key()))
    pss = PSS(mgf=MGF1(SHA256()), salt_length=32)

    assert not is_signed(b"message", private_key.sign(b"message", pss, SHA256()), public_key)
    assert not is_signed(b"message", private_key.sign(b"message", PKCS1v15(), SHA512()), public_key)


def test_a_key_of_another_algorithm_is_refused() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1()).public_key()

    with pytest.raises(ValueError, match="RSA public key in PEM"):
        load_public_key(to_pem(elliptic))


async def test_a_message_signed_by_the_configured_key_is_ingested(
    sqlite: Database, private_key: rsa.RSAPrivateKey
) -> None:
    timestamp = str(int(NOW.timestamp()))
    signed = f"{timestamp}.{MESSAGE}".encode()
    signature = base64.b64encode(private_key.sign(signed, PKCS1v15(), SHA256())).decode()
    pem = to_pem(private_key.public_key()).decode()
    async for driver in run_webhook(sqlite, Service(), pem):
        await driver.poll_twice()

        status, answer = await driver.send(
            MESSAGE, X_Webhook_Signature=signature, X_Webhook_Timestamp=timestamp
        )

        assert (status, answer) == (202, {"accepted": 1})
