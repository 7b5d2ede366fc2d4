"""Numbers and names of regions change: what is meant is found all the same, or told."""

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import NOW
from support.shared_resources import gazetteer

from bot.sources.adapters.ukraine.service_tables import FIRST_LEVEL
from bot.sources.core.source import Batch
from bot.sources.region_resolver import Locator
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Watched


@pytest.fixture
def locator(sqlite: Database) -> Locator:
    return Locator(gazetteer(), sqlite)


def title(codes: tuple[str, ...]) -> list[str]:
    return [gazetteer().name(code, "en") for code in codes]


def test_every_region_of_the_services_is_known_by_its_number_alone(locator: Locator) -> None:
    for region in gazetteer():
        if region.uid:
            said = (str(region.uid), region.names["uk"])
            assert (locator.codes(said), locator.doubt(said)) == ((region.code,), None)
    assert all(locator.doubt((uid, name)) is None for uid, name in FIRST_LEVEL.items())


def test_all_regions_of_the_first_level_are_known_by_their_official_names() -> None:
    found = {uid: str(gazetteer().find(name)[0].uid) for uid, name in FIRST_LEVEL.items()}

    assert found == {uid: uid for uid in FIRST_LEVEL}


def test_a_raion_that_was_renamed_is_the_same(locator: Locator) -> None:
    said = ("127", "Новітній район")

    assert title(locator.codes(said)) == ["Berestyn Raion"]
    assert locator.doubt(said) is None


def test_a_number_that_is_new_is_found_by_its_name(locator: Locator) -> None:
    said = ("90210", "Бахмутський район")

    assert title(locator.codes(said)) == ["Bakhmut Raion"]
    assert locator.doubt(said) is None


def test_a_number_that_went_to_another_region_rings_both_and_is_told(locator: Locator) -> None:
    said = ("54", "Луцький район")

    assert title(locator.codes(said)) == ["Bakhmut Raion", "Lutsk Raion"]
    assert locator.doubt(said) == "54 Луцький район, not Бахмутський район"


def test_a_hromada_that_shares_its_name_is_the_one_in_its_raion(locator: Locator) -> None:
    raions = ["Хмельницький район", "Рівненський район", "Житомирський район", "Львівський район"]
    codes = [locator.codes(("4711", "Городоцька територіальна громада", one)) for one in raions]

    parents = [gazetteer().region(code).parent for (code,) in codes]
    assert [gazetteer().name(parent or "", "uk") for parent in parents] == raions


def test_what_nobody_knows_keeps_its_words(locator: Locator) -> None:
    said = ("4711", "Тридев'ята громада")

    assert locator.codes(said) == ("Тридев'ята громада",)
    assert locator.doubt(said) == "4711 Тридев'ята громада"
    inside = (*said, "Бахмутський район")
    assert locator.codes(inside) == inside[1:]  # then all of the raion is rung


def batch(*regions: tuple[str, ...], numbered: bool) -> Batch:
    bulletins = tuple(
        Bulletin(source="air", key=str(n), title="x", regions=each, received_at=NOW)
        for n, each in enumerate(regions)
    )
    return Batch("air", bulletins, None, baseline=False, numbered=numbered)


async def test_unknown_places_are_kept_for_the_administrators_once(sqlite: Database) -> None:
    locator = Locator(gazetteer(), sqlite)
    async with sqlite.write() as transaction:
        await sources.watch(transaction, [Watched("air", "siren", None)], NOW)
    strange = batch(("4711", "Нікудія"), ("54", "Бахмутський район"), numbered=True)

    with capture_logs() as logs:
        told = await locator.located(strange)
        await locator.located(strange)
        plain = await locator.located(batch(("Kyiv", "Nowhere"), numbered=False))

    assert told.bulletins[0].regions == ("Нікудія",)
    assert [one.regions for one in plain.bulletins] == [("Kyiv", "Nowhere")]
    assert [log["places"] for log in logs] == [["4711 Нікудія"], ["Nowhere"]]
    async with sqlite.read() as transaction:
        (health,) = await sources.health(transaction)
    assert health.unknown == ("4711 Нікудія", "Nowhere")
