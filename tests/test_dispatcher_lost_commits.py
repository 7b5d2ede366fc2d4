"""Commands on PostgreSQL while answers to COMMIT are lost."""

import pytest
from support.conversation_driver import ANN, BEN, ConversationDriver
from support.postgres_proxy import (
    Fault,
    PostgresProxy,
    every_nth,
    faulty_database,
    first_that_writes,
)


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.COMMIT_LATE], ids=lambda f: f.name)
async def test_a_subscription_whose_commit_is_in_doubt_matches_the_next_bulletin(
    postgresql_url: str, fault: Fault
) -> None:
    proxy = PostgresProxy(first_that_writes("subscription", fault=fault))
    async with faulty_database(postgresql_url, proxy) as database:
        driver = ConversationDriver(database)
        response = await driver.send("/subscribe Kherson")
        assert "You will hear" in response.html
        assert len(await driver.get_subscriptions(ANN)) == 1
        assert len(driver.match_audible("Storm over Kherson")) == 1
    assert len(proxy.hit) == 1


async def test_a_subscription_that_was_not_committed_is_answered_with_a_failure(
    postgresql_url: str,
) -> None:
    proxy = PostgresProxy(first_that_writes("subscription", fault=Fault.COMMIT_LOST))
    async with faulty_database(postgresql_url, proxy) as database:
        driver = ConversationDriver(database)
        response = await driver.send("/subscribe Kherson")
        assert "You will hear" not in response.html
        assert driver.match_audible("Storm over Kherson") == []
        assert "You will hear" in (await driver.send("/subscribe Kherson")).html
        assert len(driver.match_audible("Storm over Kherson")) == 1


async def test_every_change_of_settings_is_made_and_answered_once(postgresql_url: str) -> None:
    proxy = PostgresProxy()
    async with faulty_database(postgresql_url, proxy) as database:
        driver = ConversationDriver(database)
        proxy.inject(every_nth(1, Fault.ANSWER_LOST))
        for user in (ANN, BEN):
            for text in (
                "/subscribe Kherson",
                "/subscribe Lviv",
                "/timezone UTC",
                "/quiet 22:00-07:00",
                "/unsubscribe 1",
                "/help",
            ):
                assert len((await driver.send(text, user=user)).replies) == 1
            (left,) = await driver.get_subscriptions(user)
            assert "Lviv" in left.query_text
        assert await driver.waiting_updates() == []
        assert driver.match_audible("Storm over Kherson") == []
        assert len(driver.match_audible("Storm over Lviv")) == 2


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.COMMIT_LATE], ids=lambda f: f.name)
async def test_a_moved_place_takes_its_subscription_along_if_its_commit_is_in_doubt(
    postgresql_url: str, fault: Fault
) -> None:
    proxy = PostgresProxy()
    async with faulty_database(postgresql_url, proxy) as database:
        driver = ConversationDriver(database)
        await driver.send("/places Mum = Kherson")
        await driver.send("/subscribe Mum")
        assert len(driver.match_audible("Storm over Kherson")) == 1
        proxy.inject(first_that_writes("saved_place", fault=fault))
        assert "follows along" in (await driver.send("/places Mum = Lviv")).html
        assert driver.match_audible("Storm over Kherson") == []
        assert len(driver.match_audible("Storm over Lviv")) == 1
    assert len(proxy.hit) == 1
