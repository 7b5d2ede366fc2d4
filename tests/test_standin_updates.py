"""Stand-in for Telegram: updates by polling and by webhook."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict

from bot.standin.server import Standin


@pytest.fixture
async def bot(standin: Standin) -> AsyncIterator[Bot]:
    async with Bot(standin.token, base_url=f"{standin.url}/bot") as bot:
        yield bot


class Receiver:
    """Webhook that responds with the given statuses, then with 200."""

    def __init__(self, *statuses: int) -> None:
        self.url = ""
        self.secrets: list[str | None] = []
        self.update_ids: list[int] = []
        self._statuses = list(statuses)
        self._arrived = asyncio.Event()

    async def wait(self, count: int) -> None:
        """Return when `count` updates have arrived."""
        async with asyncio.timeout(60):
            while len(self.update_ids) < count:
                self._arrived.clear()
                await self._arrived.wait()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        update = Update.de_json(await request_json(request), None)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.update_ids.append(update.update_id)
        self._arrived.set()
        return web.Response(status=self._statuses.pop(0) if self._statuses else 200)

    async def serve(self) -> AsyncIterator["Receiver"]:
        runner = web.ServerRunner(web.Server(self.answer))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield self
        await runner.cleanup()


async def wait_for_poll(standin: Standin) -> None:
    """Return when getMe and then a poll have arrived."""
    await standin.journal.wait(lambda journal: journal.total == 2)


async def request_json(request: web.BaseRequest) -> dict[str, object]:
    body: dict[str, object] = await request.json()
    return body


@pytest.fixture
async def faulty() -> AsyncIterator[Receiver]:
    async for receiver in Receiver(500, 302, 404).serve():
        yield receiver


async def test_updates_are_repeated_until_they_are_confirmed(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    first, second = await ann.send("one"), await ann.send("two")
    assert [update.update_id for update in await bot.get_updates()] == [first, second]
    assert [update.update_id for update in await bot.get_updates()] == [first, second]
    assert first is not None
    assert [update.update_id for update in await bot.get_updates(offset=first + 1)] == [second]
    assert [update.update_id for update in await bot.get_updates()] == [second]


async def test_a_poll_returns_at_most_the_limit_of_updates(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    ids = [await ann.send(str(number)) for number in range(5)]
    assert [update.update_id for update in await bot.get_updates(limit=2)] == ids[:2]


async def test_a_negative_offset_keeps_the_latest_updates(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    ids = [await ann.send(str(number)) for number in range(5)]
    assert [update.update_id for update in await bot.get_updates(offset=-2)] == ids[3:]
    assert [update.update_id for update in await bot.get_updates()] == ids[3:]


async def test_updates_older_than_a_day_are_dropped() -> None:
    now = [0.0]
    async with (
        Standin(clock=lambda: now[0]) as standin,
        Bot(standin.token, base_url=f"{standin.url}/bot") as bot,
    ):
        ann = standin.people.person("Ann")
        await ann.send("yesterday")
        now[0] += 24 * 3600 + 1
        today = await ann.send("today")
        assert [update.update_id for update in await bot.get_updates()] == [today]


async def test_a_long_poll_ends_with_the_first_update(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await wait_for_poll(standin)
    assert not poll.done()
    update_id = await ann.send("hello")
    assert [update.update_id for update in await asyncio.wait_for(poll, 120)] == [update_id]


async def test_a_second_poller_ends_the_first(standin: Standin, bot: Bot) -> None:
    """Telegram allows one getUpdates call at a time for each token."""
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await wait_for_poll(standin)
    async with Bot(standin.token, base_url=f"{standin.url}/bot") as second_bot:
        assert await second_bot.get_updates(timeout=0) == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await asyncio.wait_for(first, 120)


async def test_opt_in_update_kinds_arrive_only_if_requested(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    group = standin.people.group("Flat 7", admins=[ann], supergroup=True)
    assert await group.set_member(ann, "administrator", by=ann) is None
    await bot.get_updates(allowed_updates=["chat_member"])
    assert await ann.send("not asked for any more") is None
    await group.set_member(ann, "member", by=ann)
    [update] = await bot.get_updates()
    assert update.chat_member is not None
    assert update.chat_member.new_chat_member.status == "member"
    await bot.get_updates(allowed_updates=[])
    assert await ann.send("asked for again") is not None


async def test_polling_is_refused_while_a_webhook_is_set(
    standin: Standin, bot: Bot, faulty: Receiver
) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=50))
    await wait_for_poll(standin)
    await bot.set_webhook(faulty.url)
    message = "can't use getUpdates method while webhook is active"
    with pytest.raises(Conflict, match=message):
        await asyncio.wait_for(polling, 120)
    with pytest.raises(Conflict, match=message):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_a_webhook_gets_an_update_until_it_responds_with_2xx(
    standin: Standin, bot: Bot, faulty: Receiver
) -> None:
    ann = standin.people.person("Ann")
    await bot.set_webhook(faulty.url, secret_token="s3cret-Token_1")
    first, second = await ann.send("one"), await ann.send("two")
    await faulty.wait(5)
    assert faulty.update_ids == [first, first, first, first, second]
    assert set(faulty.secrets) == {"s3cret-Token_1"}
    info = await bot.get_webhook_info()
    assert info.url == faulty.url
    assert info.last_error_message == "Wrong response: 404"


async def test_pending_updates_can_be_dropped(standin: Standin, bot: Bot) -> None:
    ann = standin.people.person("Ann")
    await ann.send("hello")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_a_webhook_needs_a_valid_address_and_secret(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)bad webhook"):
        await bot.set_webhook("ftp://example.org/")
    with pytest.raises(BadRequest, match=r"(?i)secret token contains unallowed characters"):
        await bot.set_webhook("https://example.org/", secret_token="no spaces")


async def test_a_stop_ends_a_long_poll(standin: Standin, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await wait_for_poll(standin)
    await standin.stop()
    assert await asyncio.wait_for(poll, 120) == ()
