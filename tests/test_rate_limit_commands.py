"""How much of what a chat asks is answered."""

from datetime import timedelta

from support.conversation_driver import ANN, BEN, GROUP, NOW, Talk

from handlers.rate_limit import PRESS, Allowance, Verdict
from storage.engine.database import Database


def talk_of(database: Database) -> Talk:
    return Talk(database, allowance=Allowance(20))


async def test_a_flood_of_commands_is_answered_as_far_as_a_person_types_and_refused_once(
    database: Database,
) -> None:
    """Case 63 of the catalogue of failures."""
    talk = talk_of(database)
    said = [await talk.say("/id") for _ in range(30)]
    assert all("11" in heard.html for heard in said[:10])
    assert "I have not done this" in said[10].html
    assert [heard.replies for heard in said[11:]] == [()] * 19
    assert await talk.open_updates() == []
    assert "12" in (await talk.say("/id", user=BEN)).html
    talk.now += timedelta(minutes=1)
    assert "11" in (await talk.say("/id")).html


async def test_leafing_through_is_no_flood_and_a_flood_of_presses_is_told_so_once(
    sqlite: Database,
) -> None:
    talk = talk_of(sqlite)
    pressed = [await talk.press("nonsense:1") for _ in range(33)]
    assert all("too old" in heard.answer for heard in pressed[:30])
    assert "Slower" in pressed[30].answer
    assert [heard.direct for heard in pressed[31:]] == [(), ()]


async def test_what_people_say_among_themselves_costs_nothing(sqlite: Database) -> None:
    talk = talk_of(sqlite)
    for _ in range(40):
        assert (await talk.say_in_group("How are you?")).replies == ()
    assert str(GROUP) in (await talk.say_in_group("/id")).html


def test_in_the_long_run_so_many_a_minute_are_answered() -> None:
    allowance, now = Allowance(20), NOW
    answered = 0
    for _ in range(3_600):
        answered += allowance.take(ANN, now) is Verdict.ANSWER
        now += timedelta(seconds=1)
    assert 20 * 60 <= answered <= 20 * 60 + 10


def test_chats_that_are_calm_are_forgotten() -> None:
    allowance, now = Allowance(20), NOW
    for chat in range(30_000):
        allowance.take(chat, now, PRESS)
        now += timedelta(seconds=1)
    assert len(allowance._accounts) <= 10_001
