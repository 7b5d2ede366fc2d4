"""Follow-ups and fires: what comes of an event is other news; a fire is a fire in any idiom."""

import pytest
from support.near_duplicates import are_duplicates

LATER_EVENTS = [
    ("SpaceX launches Starship", "Starship explodes after launch"),
    ("SpaceX launches Starship", "SpaceX Starship explodes after launch"),
    ("SpaceX launches Starship", "SpaceX loses contact with Starship during its launch"),
    ("SpaceX запустила Starship", "Starship від SpaceX зазнав змін після запуску"),
    (
        "Корабль «Союз» стартовал с Байконура",
        "«Союз» состыкован с МКС после старта с Байконура",
    ),
    ("Vega decolla da Kourou", "Vega in orbita dopo il decollo da Kourou"),
]
HARM = [
    ("SpaceX launches Starship", "Starship launched by SpaceX explodes"),
    ("Потяг Київ — Одеса вирушив", "Потяг Київ — Одеса вирушив і зійшов з рейок, є загиблі"),
    ("Паром вышел из порта Таганрог", "Паром, который вышел из порта Таганрог, затонул"),
    ("Traghetto parte da Napoli per Ischia", "Traghetto parte da Napoli per Ischia e affonda"),
]
OTHER_FIRES = [
    ("Fire breaks out at oil depot", "Fire put out at oil depot"),
    ("Fire breaks out at oil depot", "Fire breaks out again at oil depot"),
    ("Oil depot on fire", "Fire at oil depot is out"),
    ("Oil depot on fire", "Gas depot on fire"),
    ("Нафтобаза горить", "Пожежу на нафтобазі ліквідовано"),
]


@pytest.mark.parametrize(("event", "other"), [*LATER_EVENTS, *HARM, *OTHER_FIRES])
def test_what_comes_of_an_event_and_the_harm_it_does_are_other_events(
    event: str, other: str
) -> None:
    assert not are_duplicates(event, other)


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


def test_a_number_before_a_hyphen_is_the_same_number() -> None:
    assert are_duplicates(
        "Magnitude 6.2 quake strikes eastern Turkey",
        "Eastern Turkey hit by 6.2-magnitude earthquake",
    )
