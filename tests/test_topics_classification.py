"""Topic classification: texts and their topics, negation, and the regions of alerts."""

from pathlib import Path

import pytest
from support.shared_resources import gazetteer, reader, topics

from matching.query.errors import ErrorKind, QueryError
from matching.reader import Reader
from matching.topics.hazards import hazard_tree
from matching.topics.topic import Topic

GAZETTEER = gazetteer()
TOPICS = topics()
READER = reader()
FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize(
    ("topic", "texts"),
    [
        (
            "air_alert",
            "Air raid siren in the port|Повітряна тривога|Воздушная тревога|Allarme aereo",
        ),
        ("all_clear", "All clear in town|Відбій тривоги|Отбой тревоги|Cessato allarme"),
        ("missile", "Missiles fell|Влучила ракета|Сбита ракета|Un missile caduto"),
        ("drone", "Two drones|Збито дрони|Беспилотник упал|Droni nel cielo"),
        ("artillery", "Shelling went on|Вночі обстріл|Артиллерия била|Colpi di artiglieria"),
        ("nuclear", "A nuclear site|Ядерна станція|Ядерная станция|Centrale nucleare"),
        ("energy", "A power outage|Без світла|Без света|La rete elettrica"),
        ("railway", "Railways reopen|Нова залізниця|Железная дорога|La ferrovia"),
        ("diplomacy", "The ambassadors met|Прибув посол|Идут переговоры|L'ambasciatore"),
        ("sanctions", "New sanctions|Нові санкції|Новые санкции|Nuove sanzioni"),
        ("casualties", "Three people were wounded|Є поранені|Есть раненые|Due feriti"),
        ("weather", "A storm is near|Буде гроза|Сильный ливень|Il maltempo"),
        ("evacuation", "They evacuated the town|Евакуація|Эвакуация|L'evacuazione"),
    ],
)
def test_a_topic_is_found_in_four_languages(topic: str, texts: str) -> None:
    for text in texts.split("|"):
        assert topic in READER.read("", text).topics, text


@pytest.mark.parametrize(
    "text",
    [
        "Дронова загроза (жовтий рівень)",
        "Загрози: Дронова загроза (червоний рівень).",
        "Дронові атаки тривають",
        "Через дронову небезпеку рух зупинено",
        "Шахедна загроза",
        "Дроновая угроза (жёлтый уровень)",
        "Угроза дроновой атаки",
        "Drone threat (yellow level)",
        "Minaccia droni (livello giallo)",
    ],
)
def test_the_services_own_wording_of_a_drone_threat_is_read(text: str) -> None:
    assert "drone" in READER.read("", text).topics


@pytest.mark.parametrize(
    "text", ["A quiet day in the garden", "Тихий день у саду", "Тихий день в саду", "Un giorno"]
)
def test_a_text_without_cues_has_no_topic(text: str) -> None:
    assert READER.read("", text).topics == frozenset()


@pytest.mark.parametrize(
    ("text", "alert"),
    [
        ("Київ: повітряна тривога — не зволікайте та пройдіть в укриття.", True),
        ("Сирена в Орлі, всім в укриття", True),
        ("Sirene a Odessa, la popolazione nei rifugi.", True),
        ("У Бєлгороді оголошена ракетна небезпека", True),
        ("Ракетна небезпека по всій Україні!", True),
        ("В Ленобласти отменена беспилотная опасность", False),
        ("Причина — беспилотная опасность в Ленобласти.", False),
        ("У Полтаві лунала сирена через технічні роботи", False),
        ("Оголошено тривогу у Києві, метро стоїть через технічні роботи.", True),
        ("Тривога в Києві! У Львові через технічні роботи немає світла.", True),
        ("Тривога в Житомирі! Навчання у школах призупинено.", True),
    ],
)
def test_other_statements_beside_an_alarm_neither_hide_nor_create_an_alert(
    text: str, *, alert: bool
) -> None:
    assert ("air_alert" in READER.read("", text).topics) == alert


def test_every_topic_has_a_title_in_every_language_and_is_found_by_it() -> None:
    for name in TOPICS.names:
        for language in ("en", "uk", "ru", "it"):
            title = TOPICS.title(name, language)
            assert title != name
            assert TOPICS.find_name(title.replace(" ", "_"))
    assert TOPICS.title("air_alert", "de") == "Air alert"
    assert TOPICS.title("no such", "en") == "no such"


def test_an_operator_adds_and_replaces_topics() -> None:
    topics = TOPICS.with_topics([Topic("Harbour", "quay OR crane"), Topic("railway", "tram")])
    reader = Reader(GAZETTEER, topics)
    assert reader.read("", "Cranes at work").topics == {"harbour"}
    assert reader.read("", "A tram").topics == {"railway"}
    assert reader.read("", "The railway").topics == frozenset()
    assert topics.names == (*TOPICS.names, "harbour")
    assert topics.title("railway", "uk") == "Залізниця"
    assert TOPICS.get("harbour") is None


def test_a_malformed_topic_query_raises_an_error_that_names_the_topic() -> None:
    with pytest.raises(QueryError) as caught:
        TOPICS.with_topics([Topic("broken", "quay AND")])
    assert caught.value.kind is ErrorKind.DANGLING_OPERATOR
    assert caught.value.__notes__ == ["topic broken"]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Air raid sirens sound in Sumy", {"air_alert"}),
        ("No air alert was declared in Sumy", set()),
        ("The air alert in Sumy was not declared after all", set()),
        ("The air alert in Sumy has been lifted", {"all_clear"}),
        ("The air alert in Sumy is not over", set()),
        ("The air alert in Sumy continues", set()),
        ("Stay in shelters until the all clear", set()),
        ("Two were hurt during an air alert", {"casualties"}),
        ("It is a drill: sirens will sound at noon", set()),
        ("The air alert was announced by mistake", set()),
        ("The all-clear in Sumy has yet to be given", set()),
        ("The all-clear in Sumy has not been given", set()),
        ("If you hear the all-clear, wait", set()),
        ("All clear in Sumy, nothing has been hit", {"all_clear"}),
        ("A post of an air raid alarm in Sumy is false", set()),
        ("🟢 Poltava – all clear 🔴 Sumy – air alert", {"all_clear", "air_alert"}),
        ("All clear in Sumy, but in Lviv the air alert was declared", {"all_clear", "air_alert"}),
        ("Відбій повітряної тривоги", {"all_clear"}),
        ("Оголошено повітряну тривогу", {"air_alert"}),
        ("Повітряної тривоги не оголошували", set()),
        ("Повітряної тривоги в місті не було", set()),
        ("У школі навчальна тривога", set()),
        ("Повітряну тривогу ще не скасовано", set()),
        ("Тривога в Сумах триває", set()),
        ("Чекайте на відбій тривоги", set()),
        ("Відбою в Сумах поки немає", set()),
        ("Відбій у Сумах ще не оголошено", set()),
        ("Якщо почули відбій, зачекайте", set()),
        ("Відбій тривоги в Сумах, якщо бачите уламки — дзвоніть", {"all_clear"}),
        ("Відбій у Сумах ще не означає безпеки", {"all_clear"}),
        ("Відбій у таборі о десятій", set()),
        ("Тривога за дітей зростає", set()),
        ("Объявлена воздушная тревога", {"air_alert"}),
        ("Воздушная тревога отменена", {"all_clear"}),
        ("Учебная тревога в порту", set()),
        ("Отбой тревоги", {"all_clear"}),
        ("Отбоя в Сумах пока не было", set()),
        ("Отбой в Сумах, прилётов не было", {"all_clear"}),
        ("Тревога охватила рынки Сум", set()),
        ("Воздушной тревоги нет", set()),
        ("È scattato l'allarme aereo", {"air_alert"}),
        ("Non c'è alcun allarme aereo", set()),
        ("È cessato l'allarme aereo", {"all_clear"}),
        ("Il cessato allarme a Sumy non è ancora stato dato", set()),
        ("Non è ancora arrivato il cessato allarme a Sumy", set()),
        ("Smentita la notizia di un allarme aereo a Sumy", set()),
        ("Le sirene suonano per un'esercitazione", set()),
        ("Постраждалих немає", set()),
        ("Пострадавших в городе нет", set()),
        ("Nobody was wounded", set()),
        ("Nessun ferito", set()),
        ("Five wounded, no fires", {"casualties"}),
        ("A storm of applause", set()),
        ("Blackout curtains", set()),
        ("Rocket salad with lemon", set()),
        ("A rocket attack at dawn", {"missile"}),
        ("The drone of the bagpipes", set()),
        ("Two Shaheds over the sea", {"drone"}),
        ("She trains nurses and railed at them", set()),
        ("Вночі били із «Градів»", {"artillery"}),
    ],
)
def test_a_negated_past_or_figurative_cue_does_not_show_the_topic(
    text: str, topics: set[str]
) -> None:
    assert READER.read("", text).topics == closed(topics)


def closed(topics: set[str]) -> frozenset[str]:
    return hazard_tree().close(frozenset(topics))


def labelled_texts() -> list[tuple[str, set[str], set[str]]]:
    """Return texts with their topics, and the topics on which people disagree."""
    texts = []
    for line in (FIXTURES / "topics.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            _, topics, text, *unsure = line.split("|")
            texts.append((text, set(topics.split()), set(" ".join(unsure).split())))
    return texts


@pytest.mark.parametrize(("text", "topics", "unsure"), labelled_texts())
def test_short_bulletins_fall_under_their_topics(
    text: str, topics: set[str], unsure: set[str]
) -> None:
    assert READER.read("", text).topics - unsure == closed(topics)


def region_names(codes: frozenset[str]) -> set[str]:
    return {GAZETTEER.name(code, "en") for code in codes}


@pytest.mark.parametrize(
    ("text", "raised", "cleared"),
    [
        (
            "🟢 Poltava – all clear. 🔴 Kherson – air alert. 🟡 Lviv – no change.",
            {"Kherson"},
            {"Poltava"},
        ),
        ("Air alert in Dnipro. A ballistic threat was reported from Crimea.", {"Dnipro"}, set()),
        ("Air alert!\nPoltava\nKherson", {"Poltava", "Kherson"}, set()),
        ("#Poltava #Kherson fast targets! Air alert declared.", {"Poltava", "Kherson"}, set()),
        ("All clear in Lviv. In Kherson the air alert continues.", set(), {"Lviv"}),
        ("All clear everywhere, except Kherson. Lviv too.", set(), {"Lviv"}),
        ("A quiet day in Lviv.", set(), set()),
    ],
)
def test_a_reading_has_the_regions_where_an_alert_is_raised_and_ends(
    text: str, raised: set[str], cleared: set[str]
) -> None:
    reading = READER.read("", text)
    assert region_names(reading.alert_regions) == raised
    assert region_names(reading.all_clear_regions) == cleared


def test_an_alert_affects_only_regions_where_it_is_raised_or_ends() -> None:
    reading = READER.read("", "Air alert in Sumy Oblast. The threat is from Kharkiv Oblast.")
    assert region_names(frozenset(reading.affected_subtrees)) == {"Sumy Oblast"}
    assert "Kharkiv Oblast" in region_names(reading.regions)


def test_regions_of_the_source_replace_those_of_the_text() -> None:
    reading = READER.read("Air alert", "Lviv", regions=["Odesa"])
    assert region_names(reading.alert_regions) == {"Odesa"}
    assert reading.all_clear_regions == frozenset()
