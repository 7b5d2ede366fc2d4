"""Places that the words around a name decide: hashtags, lists, namesakes, rivers, works."""

import pytest
from support.places_of import places_of
from support.shared_resources import explainer

HASHTAGS = [
    ("#Камянець_Подільський_район без води", "Kamianets-Podilskyi Raion", "Podilsk Raion"),
    ("#Білгород_Дністровський_район", "Bilhorod-Dnistrovskyi Raion", "Dnistrovskyi Raion"),
    ("#Новгород_Сіверський_район", "Novhorod-Siverskyi Raion", "Novhorod"),
    ("#Могилів_Подільський_район 🟢 Відбій", "Mohyliv-Podilskyi Raion", "Podilsk Raion"),
    ("#Івано_Франківська_область відбій", "Ivano-Frankivsk Oblast", "Ivano-Frankivsk"),
    ("Explosions in the region #KyivOblast", "Kyiv Oblast", "Kyiv"),
    ("Тривога. #ХарківськаОбласть", "Kharkiv Oblast", "Kharkiv"),
    ("#КривийРіг ППО працює", "Kryvyi Rih", ""),
    ("#Словянськ обстріл ринку", "Sloviansk", ""),
    ("#BilaTserkva is dark tonight", "Bila Tserkva", ""),
]
NAMESAKES = [
    ("У селищі Ялта під Маріуполем нема світла", "Mariupol", "Yalta"),
    ("посёлок Ялта возле Мариуполя без связи", "Mariupol", "Yalta"),
    ("Посёлок Старый Крым у Мариуполя без газа", "Mariupol", "Staryi Krym"),
    ("Нью-Йорк і Торецьк: тривають бої", "Toretsk", "New York"),
    ("Shelling of New York and Toretsk killed two", "Toretsk", "New York"),
    ("Нью-Йорк на Донеччині знову обстріляли", "Donetsk Oblast", "New York"),
    ("В селе Севастополь под Екатеринбургом школа", "Yekaterinburg", "Sevastopol"),
    ("Миколаїв на Львівщині святкує", "Lviv Oblast", "Mykolaiv"),
    ("Towns in Illinois: Genoa, Oregon, Sycamore", "Illinois", "Oregon"),
    ("В Ильичевском районе Мариуполя темно", "Mariupol", "Chornomorsk"),
    ("Debris fell in Kyiv's Obolonskyi and Podilskyi districts", "Kyiv", "Podilsk Raion"),
]


@pytest.mark.parametrize(("text", "place", "absent"), [*HASHTAGS, *NAMESAKES])
def test_the_words_of_a_hashtag_and_the_place_beside_a_name_decide_which_place_it_is(
    text: str, place: str, absent: str
) -> None:
    assert place in places_of(text)
    assert absent not in places_of(text)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Дніпропетровська і Запорізька обл.", "Dnipropetrovsk Oblast|Zaporizhzhia Oblast"),
        ("Без світла Одеська і Миколаївська обл.", "Odesa Oblast|Mykolaiv Oblast"),
        (
            "Сумська, Чернігівська та Полтавська області",
            "Sumy Oblast|Chernihiv Oblast|Poltava Oblast",
        ),
        ("Power cuts in the Kharkiv and Sumy regions", "Kharkiv Oblast|Sumy Oblast"),
        ("nella regione meridionale di Kherson", "Kherson Oblast"),
        ("nelle regioni orientali di Donetsk e Luhansk", "Donetsk Oblast|Luhansk Oblast"),
        ("nella regione ucraina di Zaporizhzhia due feriti", "Ukraine|Zaporizhzhia Oblast"),
        ("scosse nelle province di Parma e Modena", "Parma Province|Modena Province"),
    ],
)
def test_names_in_a_list_share_the_noun_of_their_unit(text: str, places: str) -> None:
    assert places_of(text) == set(places.split("|"))


@pytest.mark.parametrize(
    "text",
    [
        "Ракета вдарила по Дніпру, горить склад",
        "Дніпро: на лівому березі нема води",
        "Балістика по Дніпру!",
        "По Днепру удар шахедами, есть раненые",
        "Dnipro: left bank without power",
    ],
)
def test_a_strike_on_dnipro_is_on_the_city(text: str) -> None:
    assert places_of(text) == {"Dnipro"}


@pytest.mark.parametrize(
    "text",
    [
        "По Дніпру пливе крига",
        "Рівень води у Дніпрі впав на метр",
        "Un ponte sul Dnipro è crollato",
        "We saw the film Casablanca again",
        "Серіал «Прип'ять» вийшов на екрани",
        "Фильм «Донбасс» получил приз",
        "Manchester United beat Real Madrid 2-1",
        "Leeds United sign a striker",
        "Il signor Firenze ha vinto alla lotteria",
        "Тренер Орлов и судья Брянск спорили",
        "Stocks slip across Asia",
        "У Карпатах випав сніг",
    ],
)
def test_rivers_works_clubs_and_people_are_no_places(text: str) -> None:
    assert places_of(text) == set()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Treno da Venezia Santa Lucia a Verona", {"Venice", "Verona"}),
        ("Firenze Santa Maria Novella, binario 3", {"Florence"}),
        ("Torino Porta Nuova chiusa per lavori", {"Turin"}),
    ],
)
def test_the_name_of_a_station_is_no_place_beside_its_city(text: str, places: set[str]) -> None:
    assert places_of(text) == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("суми вибух", {"Sumy"}),
        ("бпла курсом на полтаву, кременчук увага", {"Poltava", "Kremenchuk"}),
        ("одесса громко, николаев тихо", {"Odesa", "Mykolaiv"}),
        ("рівне місце біля мирного озера, суми малі", set()),
        ("він купив бар і стіл, броди не чистили", set()),
        ("a nice reading of the bath and cork", set()),
    ],
)
def test_a_report_without_capitals_names_cities_and_other_texts_do_not(
    text: str, places: set[str]
) -> None:
    assert places_of(text) >= places if places else places_of(text) == set()


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("porto", "il porto è chiuso"),
        ("новий", "новий міст відкрито"),
        ("мост", "по мосту нельзя"),
        ("южный", "южный ветер"),
        ("vista", "bella vista dal palo"),
        ("springs", "a pen and two springs"),
    ],
)
def test_an_ordinary_word_in_lower_case_is_a_word_in_a_query(query: str, text: str) -> None:
    assert explainer().explain("1", "", text, [query])["queries"] == {query: True}
