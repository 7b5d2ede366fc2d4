"""Which words are forms of one another, in four languages, and which only look so."""

import pytest

from matching.inflection import forms

# A word as somebody may subscribe to it, then forms of it that a text may hold.
SAME = {
    "uk": """
залізниця: залізниці залізницю залізницею залізниць залізницями
тривога: тривоги тривозі тривогу тривогою тривог тривогам
школа: школи школі школу школою шкіл школам
рука: руки руці руку рукою рук руками
ніч: ночі ніччю ночей ночами
день: дня дню днем дні днів днями
обстріл: обстрілу обстрілом обстріли обстрілів обстрілами
чоловік: чоловіка чоловіки чоловіків чоловікові
місто: міста місту містом містами містах
поїзд: поїзда поїздом поїзди поїздів
потяг: потяга потягу потяги потягів
міст: мосту мостом мости мостів
ракета: ракети ракеті ракету ракет ракетами
область: області областю областей
учень: учня учні учнів
вікно: вікна вікон вікнами
жінка: жінки жінці жінку жінок
гора: гори горі гору гір
боєць: бійця бійці бійців
кінь: коня коні коней
людина: людини люди людей людям
стаття: статті статтю статей
рішення: рішенню рішенням рішень
укриття: укриттю укриттів укриттями
водій: водія водієм водії водіїв
бій: бою боєм бої боїв
вечір: вечора вечорами
повітряний: повітряна повітряної повітряну повітряні повітряних
останній: остання останнього останніх
летіти: летить летіли летіла летять лечу
зупинити: зупинено зупинили зупинить зупинений
пошкодити: пошкоджено пошкодив пошкоджені
евакуювати: евакуювали евакуйовано евакуйованих евакуює
оголосити: оголошено оголосили оголошена
загинути: загинув загинула загинули
працювати: працює працюють працював працюватиме
прийти: прийшов прийшла прийде прийшли
взяти: взяв візьме взяли
тривогу: тривога тривогою тривоги
залізницею: залізниця залізниці
обстрілів: обстріл обстрілу
зупинено: зупинити зупинили зупинений
повітряної: повітряний повітряна повітряні
мости: міст мосту мостів
сумніватися: сумніваються сумнівався сумнівалися
""",
    "ru": """
поезд: поезда поездов поездом поезде
ракета: ракеты ракет ракетами ракету
окно: окна окон окнами
день: дня дни дней днями
земля: земли земель землю землей
взрыв: взрыва взрывы взрывов
дом: дома домов домами доме
воздушный: воздушная воздушной воздушную воздушные воздушных
лететь: летит летели летят лечу летел
ночь: ночи ночью ночей ночами
отец: отца отцы отцов
кусок: куска куски кусков
девочка: девочки девочек девочке
станция: станции станцию станций станцией
здание: здания зданием зданий зданиями
время: времени временем времена
человек: человека люди людей
ребенок: ребенка дети детей
область: области областью областей
учитель: учителя учителей учителями
музей: музея музеи музеев
письмо: письма писем письмами
сестра: сестры сестер сестрой
семья: семьи семью семей
посол: посла послы послов
боец: бойца бойцы бойцов
ветер: ветра ветром ветры
синий: синяя синего синие
хороший: хорошая хорошего хорошие
большой: большая большого большие
повредить: повреждены повредил повреждено поврежденный
ранить: ранен ранены ранили
эвакуировать: эвакуировали эвакуированы эвакуируют
погибнуть: погиб погибла погибли погибших
объявить: объявлена объявили объявят
остановиться: остановился остановились остановится
писать: пишет пишут писал
идти: шел шли идет идут
прийти: пришел пришла придет
ракетами: ракета ракеты
взрывов: взрыв взрыва
воздушную: воздушный воздушная
""",
    "it": """
treno: treni
ferrovia: ferrovie
città: città
amico: amici amica amiche
allarme: allarmi
drone: droni
luogo: luoghi
barca: barche
provincia: province
negozio: negozi
uomo: uomini
braccio: braccia
problema: problemi
pilota: piloti
autista: autisti autiste
mano: mani
stazione: stazioni
vittima: vittime
aereo: aerea aerei aeree
nuovo: nuova nuovi nuove
ferroviario: ferroviaria ferroviari ferroviarie
elettrico: elettrica elettrici elettriche
bombardare: bombardato bombardata bombarda bombardano bombardarono bombardando
colpire: colpito colpita colpisce colpiscono colpirono
credere: crede credono creduto credeva
prendere: preso presa prende presero
comprendere: compreso comprende
chiudere: chiuso chiusa chiude chiusero
cercare: cerca cercato cercherà
mangiare: mangia mangiato mangerà
morire: morto morti muore
essere: è stato sono era
fuggire: fugge fuggiti fuggono
treni: treno
tazze: tazza
vittime: vittima
bombardato: bombardare bombarda
feriti: ferito ferita
""",
    "en": """
railway: railways
alert: alerts alerted
city: cities
stop: stopped stopping stops
leaf: leaves
thief: thieves
child: children
strike: struck striking strikes
die: dies died dying
carry: carries carried carrying
panic: panicked panicking
box: boxes
hero: heroes
crisis: crises
woman: women
forecast: forecasts
control: controlled controlling
occur: occurred
bus: buses
railways: railway
cities: city
stopped: stop stopping
evacuated: evacuate evacuating
burning: burn burned burnt
knives: knife
broadcast: broadcasts broadcasting
medium: media
plan: planned planning
hope: hoped hoping
kneel: knelt
evacuate: evacuated evacuating evacuates
refugee: refugees
boy: boys
lay: laid laying
photo: photos
potato: potatoes
wolf: wolves
heading: headings
flee: fled fleeing
admit: admitted admitting
quiz: quizzes
visit: visited visiting
open: opened opening
""",
}

# Pairs of words of which neither is a form of the other.
DIFFERENT = {
    "uk": """
школа школяр, школа шкільний, порт портовий, порт аеропорт, чай чайник, вода водій, вода водний,
хвиля хвилина, хліб хлібний, ракета ракетка, ракета ракетний, рама рамка, тривога тривожний, заява заявка, заява заявник,
каса касир, машина машиніст, ліс лісник, пошта поштар, кава кав'ярня, склад склянка, комісія комісар, курс курсант,
рейка рейс, світло світлофор, дорога дорожній, рука рукав, рука ручка, ніч нічний, день денний, лікар лікарня, лікар лікарка,
обстріл стріляти, вибух вибухові, вибух вибухівка, будинок будівля, учень учитель, учень учений, поїзд поїздка, гора горіти, війна воїн,
боєць бойовий, мова мовний, вода від, опора опір, межа між, політика політик, посол після, кран країна, сума сумно, місяць місце, ціль цілий,
рада радитися, зброя збройний, пожежа пожежник, міна мінний, літак літати, голова головний, залізниця залізничник, область обласний, зміна змінний,
стіл столовий, ранок ранковий, сон сонце, рік річний, рух рухатися, пара парад, кіт кітч, кут куток, генератор генерувати, рятувальник рятунок, танк танкер,
місто містечко, мир мирний, світ світовий
""",
    "ru": """
школа школьник, школа школьный, порт портовый, вода водитель, вода водный, мост мостки, мост мостик, карта карточка, карта картина,
ракета ракетка, ракета ракетный, чай чайник, учение ученый, ученик учебник, мэр мэрия, торговец торговля, площадь площадка, контакт контактный,
линия линейка, мотор моторист, склад складной, дом домик, окно оконный, посол после, посол посольство, политика политик, страна странный,
стена стенной, цена ценный, смена сменный, поезд поездка, взрыв взрывной, земля земляк, день дневной, ночь ночной, рука рукав, рука ручка, война воин,
свет светофор, лес лесник, хлеб хлебный, почта почтальон, касса кассир, машина машинист, курс курсант, река речной, дорога дорожный, год годный, голова главный,
рынок рыночный, пожар пожарный, музыка музыкант, сыр сырой, министр министерство, область областной, танк танкер, мина минный, печать печаль, сеть сел,
учитель учительница, сапер саперный, штормовой шторм, ветер ветряной, рыба рыбак, парад пара, камень каменный, час часто, суд судно, шум шумный
""",
    "it": """
porto porta, porto portare, caso casa, pasto pasta, pasto pastore, modo moda, punto punta, banco banca, treno trenino, scuola scolaro,
macchina macchinista, pesca pescatore, ferrovia ferroviere, ferrovia ferroviario, bombardare bombardiere, bombardare bombardamento, bombardamento bombardare,
città cittadino, amico amicizia, allarme allarmare, ministro ministero, ambasciatore ambasciata, ritardo ritardare, caffè caffettiera, arma armatore,
sale sala, sole sola, morte morta, mare ma, mercato merce, soldato soldi, stato state, fine fina, rete reta, monte monta, fronte fronta, corso corsa,
data date, mina mini, mezzo messo, parte partire, ponte puntare, velo vela, costo costa, tavolo tavola, foglio foglia, naso nasa, colpo colpa, mare mara, porta porto,
gatto gattino, museo musa, strada stradale, medico medicina, arrivo arriva, motivo motiva, regista regia, autore autorità, capitale capitano, treno trenta,
fumo fumare, pane panino, vento ventola, banca bancario, nave navale, festa festival, pace pacifico, acqua acquario, campo campagna, notte notturno, pompa pompiere,
prova provino, corrente correre
""",
    "en": """
import importer, importer import, engine engineer, art artist, war ward, power powerful, evening even, news new, king k, plane planning, plan plane,
tractor actor, control controller, dredge dredger, forecast forecaster, filter filtration, vote voter, distribute distributor, manufacture manufacturer,
capital capitalism, drive driver, drive drive-in, light lightning, country county, port airport, port porter, port portal, bus business, train trainer, train trait,
rail rack, fire fireman, fire firm, ship shipment, shipment ship, past pasta, hell shell, organ organist, drone droner, mine mini, pole poli, care carer, date data,
electric electrician, electric electricity, gas gasoline, part party, part partial, nation national, nation nationwide, army arm, missile mission, store storey, storm story,
new newt, state station, station stationary, harm harmony, mayor mayoralty, bake baker, bakery baker, fish fisherman, salt salty, inspect inspector, brand brandy, wind window,
street strength, human humane, moral morale, plough ploughman, wed wedding, sing single, bomb bomber, run runner, warm war, cell cellar, passage passenger, hospital hospitality
""",
}


def _families() -> list[tuple[str, str]]:
    lines = [line for table in SAME.values() for line in table.strip().splitlines()]
    return [
        (word, other) for word, rest in (x.split(": ") for x in lines) for other in rest.split()
    ]


def _strangers() -> list[tuple[str, str]]:
    pairs = ",".join(table.replace("\n", " ") for table in DIFFERENT.values()).split(",")
    return [(one, other) for one, other in (pair.split() for pair in pairs)]


@pytest.mark.parametrize(("word", "other"), _families())
def test_an_inflected_form_is_a_form_of_the_word(word: str, other: str) -> None:
    assert other in forms(word)


@pytest.mark.parametrize(("word", "other"), _strangers())
def test_a_derived_word_or_one_that_looks_alike_is_no_form(word: str, other: str) -> None:
    assert other not in forms(word)


def test_each_language_has_its_pairs() -> None:
    assert all(len(table.replace("\n", " ").split(",")) >= 60 for table in DIFFERENT.values())
    assert all(sum(len(x.split()) - 1 for x in t.strip().splitlines()) >= 60 for t in SAME.values())


@pytest.mark.parametrize("word", ["", "a", "ї", "x1", "f-35", "שלום", "ж" * 5000, "a-" * 500 + "b"])
def test_what_is_no_word_of_the_four_languages_has_itself(word: str) -> None:
    assert word in forms(word)


def test_of_a_compound_only_the_last_part_changes() -> None:
    assert "прес-конференції" in forms("прес-конференція")
    assert "вагоны-ресторана" not in forms("вагон-ресторан")
