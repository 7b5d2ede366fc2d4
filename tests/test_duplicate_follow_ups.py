"""Follow-ups and fires: what comes of an event is other news; a fire is a fire in any idiom."""

import pytest
from support.shared_resources import reader

from matching.near_duplicates import compare, fingerprint


def are_duplicates(first: str, second: str) -> bool:
    prints = [
        fingerprint(reader().read("", text, is_alert=False), None, text) for text in (first, second)
    ]
    assert prints[0]
    assert prints[1]
    return compare(prints[0], prints[1]) is not None


@pytest.mark.parametrize(
    ("event", "later"),
    [
        ("SpaceX launches Starship", "Starship explodes after launch"),
        ("SpaceX launches Starship", "SpaceX Starship explodes after launch"),
        ("SpaceX launches Starship", "SpaceX loses contact with Starship during its launch"),
        ("SpaceX запустила Starship", "Starship від SpaceX зазнав змін після запуску"),
        (
            "Корабль «Союз» стартовал с Байконура",
            "«Союз» состыкован с МКС после старта с Байконура",
        ),
        ("Vega decolla da Kourou", "Vega in orbita dopo il decollo da Kourou"),
    ],
)
def test_news_with_an_earlier_event_as_its_background_is_another_event(
    event: str, later: str
) -> None:
    assert not are_duplicates(event, later)


@pytest.mark.parametrize(
    ("event", "harm"),
    [
        ("SpaceX launches Starship", "Starship launched by SpaceX explodes"),
        ("Потяг Київ — Одеса вирушив", "Потяг Київ — Одеса вирушив і зійшов з рейок, є загиблі"),
        ("Паром вышел из порта Таганрог", "Паром, который вышел из порта Таганрог, затонул"),
        ("Traghetto parte da Napoli per Ischia", "Traghetto parte da Napoli per Ischia e affonda"),
    ],
)
def test_harm_that_the_other_report_lacks_makes_another_event(event: str, harm: str) -> None:
    assert not are_duplicates(event, harm)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Fire breaks out at oil depot", "Oil depot on fire"),
        ("Blaze erupts at chemical plant", "Chemical plant catches fire"),
        ("Спалахнула пожежа на нафтобазі", "Горить нафтобаза"),
        ("На нефтебазе вспыхнул пожар", "Нефтебаза в огне"),
        ("Scoppia un incendio in un deposito di petrolio", "Deposito di petrolio in fiamme"),
    ],
)
def test_a_fire_that_breaks_out_and_a_thing_on_fire_are_one_event(first: str, second: str) -> None:
    assert are_duplicates(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Fire breaks out at oil depot", "Fire put out at oil depot"),
        ("Fire breaks out at oil depot", "Fire breaks out again at oil depot"),
        ("Oil depot on fire", "Fire at oil depot is out"),
        ("Oil depot on fire", "Gas depot on fire"),
        ("Нафтобаза горить", "Пожежу на нафтобазі ліквідовано"),
    ],
)
def test_the_end_of_a_fire_or_another_fire_is_another_event(first: str, second: str) -> None:
    assert not are_duplicates(first, second)


def test_a_number_before_a_hyphen_is_the_same_number() -> None:
    assert are_duplicates(
        "Magnitude 6.2 quake strikes eastern Turkey",
        "Eastern Turkey hit by 6.2-magnitude earthquake",
    )
