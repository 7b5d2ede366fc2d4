"""Topics of short posts: weapons by their bare names, denials, drills, alarms that are none."""

import pytest
from support.shared_resources import reader

WEAPONS = [
    ("Кинджал на Васильків!", "missile"),
    ("Циркони з Криму на Миколаїв", "missile"),
    ("Онікс по Одещині", "missile"),
    ("КР на Хмельниччину", "missile"),
    ("Циркон на Київ, в укриття!", "missile"),
    ("Кинжал на Староконстантинов", "missile"),
    ("Балістика на Харків", "ballistic"),
    ("Пуски з Бєлгорода", "missile"),
    ("Вихід на Харків", "missile"),
    ("Зліт МіГ-31К із Саваслейки", "aviation"),
    ("Розвіддрон над Ізюмом", "recon"),
    ("Розвіддрон над Ізюмом", "drone"),
    ("Шахед курсом на Бровари", "drone"),
    ("Мопед на Бровари", "drone"),
    ("Мопед летит на Одессу", "drone"),
    ("КАБ на Суми", "bombs"),
    ("КАБи по Харківщині", "bombs"),
    ("I Grad hanno colpito Nikopol", "artillery"),
    ("Grad rocket launchers hit Orikhiv", "artillery"),
]
OTHER_THINGS = [
    ("У музеї Полтави показали козацький кинджал", "missile"),
    ("Каблучка з каменем онікс зі Львова", "missile"),
    ("Ювелірний магазин «Циркон» у Рівному закрито", "missile"),
    ("У Луцьку мопед зіткнувся з автомобілем на перехресті", "drone"),
    ("Продам мопед, Бровари", "drone"),
    ("На клумбі у Львові цвіте герань", "drone"),
    ("Вихід із метро в Києві закрито до вечора", "missile"),
    ("Зліт скаутів у Карпатах, Яремче", "missile"),
    ("Ракета в дев'ятку: нападник Полтави забив гол", "missile"),
    ("The striker fired a rocket into the top corner", "missile"),
]
ALARMS = [
    ("Опасность атаки БПЛА объявлена в Тульской области", "air_alert"),
    ("Ракетная опасность в Орле! Спускайтесь в подвалы", "air_alert"),
    ("Беспилотная опасность в Брянске. Всем в укрытие", "air_alert"),
    ("Угроза атаки БПЛА объявлена в Калуге", "air_alert"),
    ("У Вінниці оголошено дронову небезпеку, прямуйте в укриття", "air_alert"),
    ("У Черкасах оголошено ракетну небезпеку", "air_alert"),
    ("В Курске отменили сигнал ракетной опасности", "all_clear"),
    ("Угроза атаки БПЛА снята в Тульской области", "all_clear"),
    ("Опасность атаки БПЛА отменена в Рязани", "all_clear"),
    ("Отбой беспилотной опасности в Туле", "all_clear"),
    ("Drone danger lifted in Odesa", "all_clear"),
]
NO_ALARMS = [
    ("Scatta l'allarme siccità in Puglia", "air_alert"),
    ("L'allarme maltempo scatta a Genova", "air_alert"),
    ("Scatta l'allarme neve a Torino", "air_alert"),
    ("A Roma scatta l'allarme caldo", "air_alert"),
    ("A drought alert was issued for Kent", "air_alert"),
    ("Tornado sirens sounded in Kansas", "air_alert"),
    ("Послезавтра завоют сирены, это плановая проверка", "air_alert"),
    ("Де пролунає сирена: у Рівному тестують оповіщення", "air_alert"),
    ("Завтра у Львові перевірятимуть сирени: вони лунатимуть о 12:00", "air_alert"),
    ("Sirens will sound in Leeds on Monday in a scheduled test", "air_alert"),
    ("Le sirene suoneranno a Modena: è una prova", "air_alert"),
    ("The vet gave our cat the all clear", "all_clear"),
    ("Our puppy got the all clear after surgery", "all_clear"),
    ("The oncologist gave her the all-clear", "all_clear"),
    ("The biopsy came back: all clear", "all_clear"),
    ("All clear, says the surgeon", "all_clear"),
]
DENIALS = [
    ("Інформація про постраждалих не надходила", "casualties"),
    ("Постраждалих, за попередніми даними, нема", "casualties"),
    ("Постраждалих, на щастя, немає", "casualties"),
    ("О пострадавших не сообщается", "casualties"),
    ("Данных о погибших и раненых не поступало", "casualties"),
    ("no reports of damage or casualties", "casualties"),
    ("No immediate reports of injuries", "casualties"),
    ("Casualties were avoided", "casualties"),
    ("Non si registrano feriti", "casualties"),
    ("Al momento non risultano vittime", "casualties"),
    ("Доба минула без обстрілів", "artillery"),
    ("Ніч на Сумщині минула без жодного обстрілу", "artillery"),
    ("Сутки прошли без обстрелов", "artillery"),
    ("A night without shelling in Nikopol", "artillery"),
    ("Notte senza bombardamenti a Kherson", "artillery"),
    ("Фейк: у Черкасах оголосили евакуацію", "evacuation"),
    ("Чутки про евакуацію Шостки не відповідають дійсності", "evacuation"),
    ("Мэр опроверг слухи об эвакуации Сум", "evacuation"),
    ("The evacuation of Sumy is a hoax, the mayor says", "evacuation"),
    ("Bufala l'evacuazione di Trento", "evacuation"),
]
NOT_DENIED = [
    ("Нікополь без води після обстрілу", "artillery"),
    ("Обстріли не припиняються другу добу", "artillery"),
    ("Постраждали двоє людей, загиблих немає", "casualties"),
    ("School evacuated after a false alarm", "evacuation"),
    ("Sgomberate 30 famiglie a Cesena", "evacuation"),
    ("Zelensky and Meloni signed a letter in Rome", "diplomacy"),
    ("Allerta rossa in Veneto", "weather"),
    ("У Сумах пориви 25 м/с, II рівень небезпечності", "weather"),
]


@pytest.mark.parametrize(("text", "topic"), [*WEAPONS, *ALARMS, *NOT_DENIED])
def test_a_post_of_a_few_words_has_its_topic(text: str, topic: str) -> None:
    assert topic in reader().read("", text).topics


@pytest.mark.parametrize(("text", "topic"), [*OTHER_THINGS, *NO_ALARMS, *DENIALS])
def test_words_that_deny_it_or_mean_other_things_give_no_topic(text: str, topic: str) -> None:
    assert topic not in reader().read("", text).topics


@pytest.mark.parametrize(
    "text",
    [
        "Тривогу поширено на всю країну, полігон Капустин Яр",
        "Повітряна тривога по всій території України",
        "Увага, тривога по всій державі!",
        "Воздушная тревога по всей территории страны",
        "Воздушная тревога объявлена во всей стране",
        "Air raid alert across the whole of Ukraine",
        "Sirens sound across the entire territory of Ukraine",
        "Air raid alert in every region",
        "Allarme aereo su tutto il territorio",
        "Allarme aereo su tutto il territorio ucraino",
        "Allarme aereo in tutto il Paese",
    ],
)
def test_an_alarm_for_the_whole_country_is_nationwide(text: str) -> None:
    reading = reader().read("", text)
    assert "air_alert" in reading.topics
    assert reading.nationwide_countries == {"UA"}


@pytest.mark.parametrize(
    "text",
    [
        "Allarme aereo su tutto il territorio della regione di Kharkiv",
        "Allarme aereo su tutto il territorio comunale di Leopoli",
        "Повітряна тривога на всій території області, Харків",
        "Воздушная тревога на всей территории области, Харьков",
        "Air alert across the entire territory of the region, Kharkiv",
    ],
)
def test_an_alarm_for_a_whole_region_is_not_nationwide(text: str) -> None:
    assert reader().read("", text).nationwide_countries == frozenset()
