"""Places in short forms, in lists with arrows and beside words that make them something else."""

import pytest
from support.places_of import places_of

LISTS_WITH_ARROWS = [
    ("Ніжин ➡️ Бар ➡️ Полтава", "Nizhyn|Bar|Poltava"),
    ("Ромни → Суми → Лебедин", "Romny|Sumy|Lebedyn"),
    ("Изюм ➡ Славянск ➡ Краматорск", "Izium|Sloviansk|Kramatorsk"),
    ("Drone: Kharkiv ➡️ Izium ➡️ Sloviansk", "Kharkiv|Izium|Sloviansk"),
    ("Da Bari ➡️ Foggia ➡️ Termoli", "Bari|Foggia|Termoli"),
]
UTILITIES = [
    ("Полтаваобленерго попереджає про графіки", "Poltava Oblast"),
    ("Хмельницькобленерго: світло буде о п'ятій", "Khmelnytskyi Oblast"),
    ("Сумыоблэнерго сообщило об аварии", "Sumy Oblast"),
    ("Kharkivoblenergo restored power", "Kharkiv Oblast"),
    ("Secondo Odesaoblenergo la luce torna stasera", "Odesa Oblast"),
]
INITIALS_AND_PARTS_OF_CITIES = [
    ("Група ракет на Б. Церкву", "Bila Tserkva"),
    ("К. Ріг - вибухи", "Kryvyi Rih"),
    ("Шахед на Н. Каховку", "Nova Kakhovka"),
    ("Дрон мимо Н. Буга", "Novyi Buh"),
    ("На Салтовке прилёт, есть раненые", "Kharkiv"),
    ("Explosions heard in Saltivka", "Kharkiv"),
    ("У Кіндійці загинула людина", "Kherson"),
    ("Esplosioni a Saltivka nella notte", "Kharkiv"),
    ("Балаклава: хлопки", "Sevastopol"),
]
ITALIAN_USA = [
    ("Gli Usa e l'Iran trattano", "United States|Iran"),
    ("Usa e Cina trattano", "United States|China"),
    ("Israele-Usa, vertice a Roma", "Israel|United States|Rome"),
    ("Raid Usa in Siria", "United States|Syria"),
    ("Usa e getta, vietati i piatti", ""),
]
NAMES_THAT_ARE_WORDS = [
    ("Traffico fermo tra Ancona e Senigallia", "Ancona|Senigallia"),
    ("Nebbia verso Fermo e Macerata", "Fermo|Macerata"),
    ("Ci sono bombe su Lecco!", "Lecco"),
    ("Avvertito anche a Termoli e Vasto", "Termoli|Vasto"),
    ("He moved from Mobile to Split", "Mobile|Split"),
    ("We asked why Split is so popular", "Split"),
    ("WARNING FROM MOBILE TO PENSACOLA, FLORIDA", "Mobile|Pensacola|Florida"),
    ("Лозова, третя атака за добу", "Lozova"),
    ("Лиман под арт. огнём", "Lyman"),
    ("Изюм, взрывы в городе", "Izium"),
    ("Броди - тривога", "Brody"),
    ("Тула подарила Минску самовар", "Tula|Minsk"),
    ("Storms across Devon and Shetland", "Devon|Shetland"),
]
CITIES_BESIDE_SUCH_WORDS = [
    ("A Roma piove, un volo per Roma è fermo", "Rome"),
    ("We took a train from London Paddington to Bath", "London|Bath"),
    ("Flights from London Heathrow to Rome", "London|Rome"),
    ("Владимир, Энгельс и Саратов", "Vladimir|Engels|Saratov"),
    ("They flew via Lviv to Warsaw", "Lviv|Warsaw"),
]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        *LISTS_WITH_ARROWS,
        *UTILITIES,
        *INITIALS_AND_PARTS_OF_CITIES,
        *ITALIAN_USA,
        *NAMES_THAT_ARE_WORDS,
        *CITIES_BESIDE_SUCH_WORDS,
    ],
)
def test_a_short_form_or_a_word_is_a_place_by_its_form_and_what_stands_beside_it(
    text: str, places: str
) -> None:
    assert places_of(text) == set(filter(None, places.split("|")))


@pytest.mark.parametrize(
    "text",
    [
        "Владимир Орлов забил гол",
        "Victoria Berlin sang",
        "Роман Полтава вийшов на сцену",
        "Their guard Jordan Kharkiv-Smith scored 31",
        "Il signor Vladimir Odesa-Rossi canta",
        "Via Torino bloccata per un incendio",
        "Via Napoli allagata, traffico deviato",
        "The Boston Globe said so",
        "The Kyiv Post writes about it",
        "He opened the bar “Odesa Mama” last year",
        "Чудовий заклад «Одеса Мама» закрили",
        "Группировка войск «Днепр» отступила",
        "The band “Kyiv” played",
        "Гурт «Харків» у турі",
        "La Roma vince il derby",
        "Ковров соткали много",
        "A good Reading list and Mobile libraries",
        "Малі вибухи чутно всюди",
    ],
)
def test_people_streets_papers_brands_and_clubs_are_no_places(text: str) -> None:
    assert places_of(text) == set()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("На Херсонщині під вогнем Берислав, Станіслав і Тягинка", "Stanislav"),
        ("Вінниччина: Жмеринка, Бар і Немирів без світла", "Bar"),
        ("Под Харьковом дроны, группа - Липцы/Циркуны", "Lyptsi"),
        ("Одещина\nЗатока — 2\nКілія — 5", "Zatoka"),
        ("Херсонская область: обстреляны Берислав и Станислав", "Stanislav"),
    ],
)
def test_the_oblast_or_city_of_a_report_selects_its_villages(text: str, place: str) -> None:
    assert place in places_of(text)
