"""Whether a text speaks of a whole country, in four languages."""

import pytest
from support.shared_resources import gazetteer

from matching.places.nationwide import Nationwide
from matching.text.tokenizer import tokens

GAZETTEER = gazetteer()
NATIONWIDE = Nationwide.load()


def whole(text: str) -> frozenset[str]:
    line = tokens(text)
    hits = GAZETTEER.names.find(line, text)
    named = [
        (hit.first, hit.codes[0])
        for hit in hits
        if GAZETTEER.region(hit.codes[0]).kind == "country"
    ]
    return NATIONWIDE.countries(line, named)


@pytest.mark.parametrize(
    "text",
    [
        "Air alert throughout Ukraine",
        "Sirens are sounding across all of Ukraine.",
        "The alert covers the entire territory of Ukraine.",
        "Nationwide air alert!",
        "An alarm was declared in all regions of Ukraine.",
        "The whole country is under alert.",
        "УСЯ УКРАЇНА — ПОВІТРЯНА ТРИВОГА",
        "Тривога по всій території України",
        "Повітряна тривога в усіх областях",
        "Ракетна небезпека на всій території України",
        "Оголошено тривогу на всю країну",
        "Воздушная тревога по всей Украине",
        "На всей территории Украины объявлена тревога",
        "Отбой во всех областях",
        "Allarme aereo in tutta l'Ucraina",
        "Sirene su tutto il territorio dell'Ucraina",
        "Allarme in tutte le regioni",
        "Allarme aereo in tutto il Paese",
    ],
)
def test_an_alert_for_the_whole_country_is_known(text: str) -> None:
    assert whole(text) == {"UA"}


@pytest.mark.parametrize(
    "text",
    [
        "Air alert in Ukraine's capital",
        "Sirens throughout Ukraine's Kharkiv region",
        "Snow across eastern Ukraine",
        "Вся українська збірна поїхала додому.",
        "Тривога в Харківській області, Україна",
        "Тривога по всій Харківській області",
        "По всей Одесской области отбой",
        "Allarme in tutta l'Ucraina orientale",
        "Allarme in tutta la regione di Kharkiv",
        "Україна і Польща підписали угоду.",
    ],
)
def test_a_part_of_a_country_is_not_the_whole_of_it(text: str) -> None:
    assert whole(text) == frozenset()


def test_a_flag_is_no_word_of_a_sentence() -> None:
    assert whole("🇺🇦 throughout") == frozenset()
    assert whole("🇺🇦 Air alert throughout Ukraine") == {"UA"}


def test_another_country_may_be_meant() -> None:
    assert whole("Storm warning across all of Poland") == {"PL"}
