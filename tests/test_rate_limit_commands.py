"""Rate limit of the commands and buttons of a chat."""

from datetime import timedelta

from support.conversation_driver import ANN, BEN, GROUP, NOW, ConversationDriver

from handlers.rate_limit import CALLBACK_COST, CommandRateLimiter, Verdict
from storage.engine.database import Database


def limited_driver(database: Database) -> ConversationDriver:
    return ConversationDriver(database, rate_limiter=CommandRateLimiter(20))


async def test_a_flood_of_commands_is_answered_up_to_the_limit_and_refused_once(
    database: Database,
) -> None:
    """A flood of commands must not delay alerts."""
    driver = limited_driver(database)
    responses = [await driver.send("/id") for _ in range(30)]
    assert all("11" in response.html for response in responses[:10])
    assert "I have not done this" in responses[10].html
    assert [response.replies for response in responses[11:]] == [()] * 19
    assert await driver.waiting_updates() == []
    assert "12" in (await driver.send("/id", user=BEN)).html
    driver.now += timedelta(minutes=1)
    assert "11" in (await driver.send("/id")).html


async def test_a_flood_of_buttons_is_refused_once_and_later_than_commands(
    sqlite: Database,
) -> None:
    driver = limited_driver(sqlite)
    responses = [await driver.press("nonsense:1") for _ in range(33)]
    assert all("too old" in response.answer for response in responses[:30])
    assert "Slower" in responses[30].answer
    assert [response.immediate_calls for response in responses[31:]] == [(), ()]


async def test_messages_between_group_members_cost_no_tokens(sqlite: Database) -> None:
    driver = limited_driver(sqlite)
    for _ in range(40):
        assert (await driver.send_in_group("How are you?")).replies == ()
    assert str(GROUP) in (await driver.send_in_group("/id")).html


async def test_a_member_who_floods_a_group_does_not_lock_out_others(database: Database) -> None:
    """A group had one allowance of commands, which any member could use up."""
    driver = limited_driver(database)
    flood = [await driver.send_in_group("/id", user=ANN) for _ in range(40)]
    assert "I have not done this" in flood[10].html
    assert str(GROUP) in (await driver.send_in_group("/id", user=BEN)).html
    assert str(GROUP) in (await driver.send_in_group("/id", anonymous=True)).html


async def test_members_who_flood_a_group_together_do_not_lock_out_its_administrators(
    sqlite: Database,
) -> None:
    calls = []

    async def fetch_administrators(chat: int) -> frozenset[int]:
        calls.append(chat)
        return frozenset((BEN,))

    limiter = CommandRateLimiter(20)
    driver = ConversationDriver(sqlite, fetch_administrators, rate_limiter=limiter)
    for member in range(100, 106):
        for _ in range(12):
            await driver.send_in_group("/id", user=member)
    assert (await driver.send_in_group("/id", user=107)).replies == ()
    assert "Kyiv" in (await driver.send_in_group("/subscribe Kyiv", user=BEN)).html
    assert len(calls) == 2  # one for all rejected requests, one for the right to subscribe


async def test_a_group_allows_three_times_the_requests_of_a_person(sqlite: Database) -> None:
    driver = limited_driver(sqlite)
    responses = [await driver.send_in_group("/id", user=member) for member in range(100, 140)]
    answered = sum(bool(response.replies) for response in responses)
    assert answered == 31  # thirty answers and one notice


def test_the_average_rate_is_the_limit() -> None:
    limiter, now = CommandRateLimiter(20), NOW
    answered = 0
    for _ in range(3_600):
        answered += limiter.take(ANN, now) is Verdict.ALLOW
        now += timedelta(seconds=1)
    assert 20 * 60 <= answered <= 20 * 60 + 10


def test_full_buckets_are_evicted() -> None:
    limiter, now = CommandRateLimiter(20), NOW
    for chat in range(30_000):
        limiter.take(chat, now, CALLBACK_COST)
        now += timedelta(seconds=1)
    assert len(limiter._buckets) <= 10_001
