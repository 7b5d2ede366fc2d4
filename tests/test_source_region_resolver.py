"""Region resolver: services renumber and rename regions; unknown ones are reported."""

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import NOW
from support.shared_resources import gazetteer

from bot.sources.adapters.ukraine.service_tables import FIRST_LEVEL_REGIONS
from bot.sources.core.source import Batch
from bot.sources.region_resolver import RegionResolver
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import RegisteredSource


@pytest.fixture
def resolver(sqlite: Database) -> RegionResolver:
    return RegionResolver(gazetteer(), sqlite)


def english_names(codes: tuple[str, ...]) -> list[str]:
    return [gazetteer().name(code, "en") for code in codes]


def test_every_region_of_the_services_is_resolved_by_its_number(resolver: RegionResolver) -> None:
    for entry in gazetteer():
        if entry.uid:
            region = (str(entry.uid), entry.names["uk"])
            assert (resolver.codes(region), resolver.problem(region)) == ((entry.code,), None)
    assert all(resolver.problem((uid, name)) is None for uid, name in FIRST_LEVEL_REGIONS.items())


def test_all_first_level_regions_are_found_by_their_official_names() -> None:
    by_name = {uid: str(gazetteer().find(name)[0].uid) for uid, name in FIRST_LEVEL_REGIONS.items()}

    assert by_name == {uid: uid for uid in FIRST_LEVEL_REGIONS}


def test_a_renamed_raion_is_resolved_by_its_number(resolver: RegionResolver) -> None:
    region = ("127", "Новітній район")

    assert english_names(resolver.codes(region)) == ["Berestyn Raion"]
    assert resolver.problem(region) is None


def test_an_unknown_number_is_resolved_by_its_name(resolver: RegionResolver) -> None:
    region = ("90210", "Бахмутський район")

    assert english_names(resolver.codes(region)) == ["Bakhmut Raion"]
    assert resolver.problem(region) is None


def test_a_number_with_another_regions_name_gives_both_and_a_problem(
    resolver: RegionResolver,
) -> None:
    region = ("54", "Луцький район")

    assert english_names(resolver.codes(region)) == ["Bakhmut Raion", "Lutsk Raion"]
    assert resolver.problem(region) == "54 Луцький район, not Бахмутський район"


def test_a_hromada_with_a_shared_name_is_resolved_by_its_raion(resolver: RegionResolver) -> None:
    raions = ["Хмельницький район", "Рівненський район", "Житомирський район", "Львівський район"]
    codes = [
        resolver.codes(("4711", "Городоцька територіальна громада", raion)) for raion in raions
    ]

    parents = [gazetteer().region(code).parent for (code,) in codes]
    assert [gazetteer().name(parent or "", "uk") for parent in parents] == raions


def test_an_unknown_region_keeps_its_name(resolver: RegionResolver) -> None:
    region = ("4711", "Тридев'ята громада")

    assert resolver.codes(region) == ("Тридев'ята громада",)
    assert resolver.problem(region) == "4711 Тридев'ята громада"
    inside = (*region, "Бахмутський район")
    assert resolver.codes(inside) == inside[1:]  # then the raion stands for it


def make_batch(*regions: tuple[str, ...], has_service_regions: bool) -> Batch:
    bulletins = tuple(
        Bulletin(source="air", key=str(n), title="x", regions=names, received_at=NOW)
        for n, names in enumerate(regions)
    )
    return Batch("air", bulletins, None, is_baseline=False, has_service_regions=has_service_regions)


async def test_unknown_regions_are_reported_once(sqlite: Database) -> None:
    resolver = RegionResolver(gazetteer(), sqlite)
    async with sqlite.write() as transaction:
        await sources.register(transaction, [RegisteredSource("air", "siren", None)], NOW)
    unknown = make_batch(("4711", "Нікудія"), ("54", "Бахмутський район"), has_service_regions=True)

    with capture_logs() as logs:
        resolved = await resolver.resolve_batch(unknown)
        await resolver.resolve_batch(unknown)
        plain = await resolver.resolve_batch(
            make_batch(("Kyiv", "Nowhere"), has_service_regions=False)
        )

    assert resolved.bulletins[0].regions == ("Нікудія",)
    assert [item.regions for item in plain.bulletins] == [("Kyiv", "Nowhere")]
    assert [log["regions"] for log in logs] == [["4711 Нікудія"], ["Nowhere"]]
    async with sqlite.read() as transaction:
        (health,) = await sources.get_health(transaction)
    assert health.unknown_places == ("4711 Нікудія", "Nowhere")
