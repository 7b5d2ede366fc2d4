"""Nationwide detector: texts about a whole country, in four languages."""

import pytest
from support.shared_resources import gazetteer

from matching.places.nationwide import NationwideDetector
from matching.text.tokenizer import tokenize

GAZETTEER = gazetteer()
DETECTOR = NationwideDetector.load()


def find_countries(text: str) -> frozenset[str]:
    tokens = tokenize(text)
    countries = [
        (toponym.first, toponym.codes[0])
        for toponym in GAZETTEER.recognizer.recognize(tokens, text)
        if GAZETTEER.region(toponym.codes[0]).kind == "country"
    ]
    return frozenset(code for _, code in DETECTOR.find_countries(tokens, countries))


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
def test_an_alert_for_the_whole_country_is_nationwide(text: str) -> None:
    assert find_countries(text) == {"UA"}


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
def test_an_alert_for_a_part_of_a_country_is_not_nationwide(text: str) -> None:
    assert find_countries(text) == frozenset()


def test_a_flag_does_not_complete_a_nationwide_phrase() -> None:
    assert find_countries("🇺🇦 throughout") == frozenset()
    assert find_countries("🇺🇦 Air alert throughout Ukraine") == {"UA"}


def test_the_country_may_be_another_than_the_home_country() -> None:
    assert find_countries("Storm warning across all of Poland") == {"PL"}
