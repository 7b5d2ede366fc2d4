"""Alert messages: which changes notify, which edit, and what an all-clear replies to."""

from datetime import timedelta

import pytest
from test_delivery_alerts import (
    AFTER_HOLD,
    CHUHUIV,
    IZIUM,
    KHARKIV,
    KYIV,
    OBLAST,
    ODESA,
    AlertDelivery,
    delivery,
    last_message,
    run_cycle_at,
    standin,
)

from bot.delivery.cycle import InFlight
from bot.delivery.shown_messages import ShownMessages
from bot.standin.person import Person
from storage.inbound.bulletins import Phase
from storage.values.message import Button, MessageContent

__all__ = ["delivery", "standin"]  # fixtures

OBLASTS = (
    "Харківська область",
    "Сумська область",
    "Полтавська область",
    "Одеська область",
    "Київська область",
    "Львівська область",
    "Волинська область",
    "Черкаська область",
    "Житомирська область",
    "Вінницька область",
)


@pytest.mark.parametrize(
    ("spacing", "sounding"),
    [(1.5, [0, 2, 4, 6, 8]), (0.9, [0, 3, 6, 9]), (2.5, list(range(10))), (0.1, [0])],
)
async def test_the_window_of_one_message_is_counted_from_its_notification(
    delivery: AlertDelivery, spacing: float, sounding: list[int]
) -> None:
    """The fault: counted from the last edit, so ten oblasts in a row made one sound."""
    await delivery.add_listener("Ukraine")
    in_flight, began = InFlight(), delivery.pipeline.now
    sent = []
    for number, oblast in enumerate(OBLASTS):
        raised_at = delivery.pipeline.now = began + timedelta(seconds=number * spacing)
        await delivery.pipeline.raise_alert("siren", oblast)
        attempts = await run_cycle_at(delivery, in_flight, raised_at)
        await run_cycle_at(delivery, in_flight, raised_at)  # settles it
        messages = [a.incident_message for a in attempts if a.incident_message]
        if any(message.edited_message_id is None for message in messages):
            sent.append(number)
    assert sent == sounding


def refused_edits(person: Person, delivery: AlertDelivery) -> tuple[int, int]:
    """Return the edits of a person's messages, and those that Telegram refused."""
    calls = delivery.standin.journal.of("editMessageText", person.id)
    return len(calls), sum(not call.ok for call in calls)


async def test_alerts_of_one_message_that_end_together_edit_it_once(
    delivery: AlertDelivery,
) -> None:
    """A fifth of the edits of a night were refused as not modified."""
    ann = await delivery.add_listener("Kyiv OR Odesa")
    async with delivery.running() as outbox:
        for region in (KYIV, ODESA):
            await delivery.pipeline.raise_alert("siren", region)
            outbox.wakeup.set()
        await ann.chat.wait(lambda messages: "Odesa" in messages[0].text if messages else False)
        before, _ = refused_edits(ann, delivery)
        await delivery.pipeline.clear_alert("hook", KYIV, regions=(KYIV, ODESA))
        outbox.wakeup.set()
        await ann.chat.wait(lambda messages: len(messages) == 3)
        await outbox.wait_until_sent()
        edits, refused = refused_edits(ann, delivery)
    assert refused == 0
    assert edits - before <= 2
    assert ann.chat.messages[0].text.count("🟢") == 2


async def test_raions_that_end_together_make_no_refused_edit(delivery: AlertDelivery) -> None:
    ann = await delivery.add_listener(OBLAST)
    raions = (CHUHUIV, IZIUM, KHARKIV)
    async with delivery.running() as outbox:
        for region in raions:
            await delivery.pipeline.raise_alert("siren", region)
            outbox.wakeup.set()
        await ann.chat.wait(lambda messages: "Kharkiv" in messages[0].text if messages else False)
        for source in ("alerts", "channel"):
            for region in raions:
                await delivery.pipeline.raise_alert(source, region)
                outbox.wakeup.set()
        await outbox.wait_until_sent()
        await delivery.pipeline.clear_alert("hook", CHUHUIV, regions=raions)
        outbox.wakeup.set()
        await outbox.wait_until_sent()
        assert refused_edits(ann, delivery)[1] == 0


def test_a_message_is_known_to_show_only_what_was_accepted_last() -> None:
    shown = ShownMessages(size=2)
    first, second = MessageContent("a"), MessageContent("a", ((Button("b", "c"),),))
    shown.record(7, 1, first)
    assert shown.shows(7, 1, MessageContent("a", reply_to=5))
    assert not shown.shows(7, 1, second)
    assert not shown.shows(8, 1, first)
    shown.forget(7, 1)
    assert not shown.shows(7, 1, first)
    for message_id in (1, 2, 3):
        shown.record(7, message_id, first)
    assert [shown.shows(7, message_id, first) for message_id in (1, 2, 3)] == [False, True, True]


@pytest.mark.parametrize("source", ["hook", "siren", "press"])
async def test_the_all_clear_of_a_missed_alert_is_silent_and_replies_to_its_summary(
    delivery: AlertDelivery, source: str
) -> None:
    """The fault: a sound about an alert that had made none, and a reply to nothing."""
    ann = await delivery.add_listener("Kyiv OR Odesa")
    began = delivery.pipeline.now - timedelta(hours=2)
    first = "siren" if source != "press" else "press"
    await delivery.pipeline.ingest(
        *(
            delivery.pipeline.bulletin(first, region, Phase.ACTIVE, published_at=began)
            for region in (KYIV, ODESA)
        )
    )
    await delivery.deliver()
    (summary,) = ann.chat.messages
    await delivery.pipeline.wait(minutes=1)
    await delivery.pipeline.clear_alert(source, KYIV)
    if source == "siren":  # a poll's end is certain after a while only
        await delivery.pipeline.wait(seconds=AFTER_HOLD)
    await delivery.deliver()
    clear = last_message(ann)
    assert len(ann.chat.messages) == 2
    assert clear.text.startswith("🟢 All clear. Air raid alert: Kyiv")
    assert (clear.silent, clear.reply_to) == (True, summary.id)


async def test_the_all_clear_of_a_missed_alert_that_became_graver_has_a_sound(
    delivery: AlertDelivery,
) -> None:
    ann = await delivery.add_listener("Kyiv")
    began = delivery.pipeline.now - timedelta(hours=2)
    await delivery.pipeline.raise_alert("siren", KYIV, level="yellow", published_at=began)
    await delivery.deliver()
    await delivery.pipeline.update_alert("siren", KYIV, level="red")
    await delivery.deliver()
    graver = last_message(ann)
    assert not graver.silent
    await delivery.pipeline.clear_alert("hook", KYIV)
    await delivery.deliver()
    assert (last_message(ann).silent, last_message(ann).reply_to) == (False, graver.id)


@pytest.mark.parametrize("hours", [1, 2, 3])
async def test_a_start_in_the_future_never_makes_the_latency_negative(
    delivery: AlertDelivery, hours: int
) -> None:
    ann = await delivery.add_listener("Kyiv")
    async with delivery.running() as outbox:
        published_at = delivery.pipeline.now + timedelta(hours=hours)
        await delivery.pipeline.raise_alert("siren", KYIV, published_at=published_at)
        outbox.wakeup.set()
        await ann.chat.wait(lambda messages: len(messages) == 1)
    total = outbox.registry.get_sample_value("tocsin_alert_latency_seconds_sum")
    assert (total or 0) >= 0
