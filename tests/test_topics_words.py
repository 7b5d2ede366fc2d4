"""Which texts fall under which topics."""

import pytest

from matching.errors import ErrorKind, QueryError
from matching.gazetteer import Gazetteer
from matching.reading import Reader
from matching.topics import Topic, Topics

GAZETTEER = Gazetteer.load()
TOPICS = Topics.built_in()
READER = Reader(GAZETTEER, TOPICS)


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
def test_a_topic_is_known_in_four_languages(topic: str, texts: str) -> None:
    for text in texts.split("|"):
        assert topic in READER.read("", text).topics, text


@pytest.mark.parametrize(
    "text", ["A quiet day in the garden", "Тихий день у саду", "Тихий день в саду", "Un giorno"]
)
def test_a_text_of_none_has_no_topic(text: str) -> None:
    assert READER.read("", text).topics == frozenset()


def test_every_topic_has_a_title_in_every_language_and_is_found_by_it() -> None:
    for name in TOPICS.names:
        for language in ("en", "uk", "ru", "it"):
            title = TOPICS.title(name, language)
            assert title != name
            assert TOPICS.find(title.replace(" ", "_"))
    assert TOPICS.title("air_alert", "de") == "Air alert"
    assert TOPICS.title("no such", "en") == "no such"


def test_an_operator_adds_and_replaces_topics() -> None:
    topics = TOPICS.with_([Topic("Harbour", "quay OR crane"), Topic("railway", "tram")])
    reader = Reader(GAZETTEER, topics)
    assert reader.read("", "Cranes at work").topics == {"harbour"}
    assert reader.read("", "A tram").topics == {"railway"}
    assert reader.read("", "The railway").topics == frozenset()
    assert topics.names == (*TOPICS.names, "harbour")
    assert topics.title("railway", "uk") == "Залізниця"
    assert TOPICS.get("harbour") is None


def test_a_topic_that_cannot_be_read_is_an_error_that_names_it() -> None:
    with pytest.raises(QueryError) as caught:
        TOPICS.with_([Topic("broken", "quay AND")])
    assert caught.value.kind is ErrorKind.DANGLING_OPERATOR
    assert caught.value.__notes__ == ["topic broken"]
