"""Case forms of place names in Ukrainian and Russian, and the shelf they are looked up on."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.shared_resources import gazetteer

from matching.morphology.declension import forms, is_form, skeleton, skeletons
from matching.places.hash_table import Shelf
from matching.places.name_index import Spellings
from matching.places.region_table import Table
from matching.places.romanization import romanise
from matching.text.tokenizer import tokens, words

GAZETTEER = gazetteer()

DECLINED = [
    ("Київ", "Києва Києву Києвом Києві"),
    ("Харків", "Харкова Харкову Харковом Харкові"),
    ("Львів", "Львова Львові Львовом"),
    ("Миколаїв", "Миколаєва Миколаєві Миколаєвом"),
    ("Чернівці", "Чернівців Чернівцях Чернівцям"),
    ("Суми", "Сум Сумах Сумам Сумами"),
    ("Рівне", "Рівного Рівному Рівним"),
    ("Одеса", "Одеси Одесі Одесу Одесою"),
    ("Хмельницький", "Хмельницького Хмельницькому Хмельницьким"),
    ("Івано-Франківськ", "Івано-Франківська Івано-Франківську"),
    ("Кам'янець-Подільський", "Кам'янця-Подільського Кам'янці-Подільському"),
    ("Лубни", "Лубен Лубнах"),
    ("Прилуки", "Прилук Прилуках"),
    ("Марганець", "Марганця Марганці"),
    ("Тернопіль", "Тернополя Тернополі"),
    ("Умань", "Умані Уманню"),
    ("Луцьк", "Луцька Луцьку"),
    ("Лозова", "Лозової Лозовій Лозову"),
    ("Самбір", "Самбора Самборі"),
    ("Прип'ять", "Прип'яті Прип'яттю"),
    ("Запоріжжя", "Запоріжжю Запоріжжям Запоріжжі"),
    ("Закарпаття", "Закарпатті Закарпаттю Закарпаттям"),
    ("Буковина", "Буковини Буковині Буковину"),
    ("Дніпро", "Дніпра Дніпру Дніпром Дніпрі"),
    ("Прага", "Праги Празі Прагу Прагою"),
    ("Відень", "Відня Відні"),
    ("Італія", "Італії Італію Італією"),
    ("Кривий Ріг", "Кривого Рогу|Кривому Розі|Кривим Рогом"),
    ("Біла Церква", "Білої Церкви|Білій Церкві|Білу Церкву"),
    ("Жовті Води", "Жовтих Вод|Жовтим Водам|Жовтих Водах"),
    ("Харьков", "Харькова Харькове Харьковом"),
    ("Сумы", "Сум Сумах"),
    ("Москва", "Москвы Москве Москву Москвой"),
    ("Казань", "Казани Казанью"),
    ("Черновцы", "Черновцов Черновцах"),
    ("Запорожье", "Запорожья Запорожью Запорожьем"),
    ("Кривой Рог", "Кривого Рога|Кривом Роге"),
    ("Белая Церковь", "Белой Церкви|Белую Церковь"),
    ("Харківська область", "Харківської області|Харківською областю"),
    ("Бахмутський район", "Бахмутського району|Бахмутському районі"),
]


@pytest.mark.parametrize(("name", "declined"), DECLINED)
def test_a_name_is_known_in_every_case(name: str, declined: str) -> None:
    code = GAZETTEER.find(name)[0].code
    split = declined.split("|") if " " in name else declined.split()
    for form in split:
        text = f"до {form}"
        hits = [hit.codes[0] for hit in GAZETTEER.names.find(tokens(text), text)]
        assert hits == [code], form


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("київський", "київ"),
        ("харківщина", "харків"),
        ("одесит", "одеса"),
        ("сумка", "суми"),
        ("курс", "курськ"),
        ("чернівці", "чернігів"),
        ("миколаївка", "миколаїв"),
        ("kyivan", "kyiv"),
        ("kyivs", "kyiv"),
    ],
)
def test_a_derived_word_or_another_name_is_no_form(form: str, name: str) -> None:
    assert not is_form(form, name)


CYRILLIC = st.text("абвгдеєжзиіїйклмнопрстуфхцчшщьюяыэ'-", min_size=1, max_size=12)


@given(CYRILLIC)
@example("кам'янець-подільський")
def test_every_form_of_a_word_is_looked_for_where_the_word_is(word: str) -> None:
    assert skeleton(word) in skeletons(word)
    if "-" not in word:
        assert {skeleton(form) for form in forms(word)} == skeletons(word)
        assert all(is_form(form, word) for form in forms(word))


def test_names_that_have_no_cases_are_taken_as_they_are() -> None:
    assert GAZETTEER.find("Осло")[0].names["en"] == "Oslo"
    text = "укуси осла, до Осла"
    assert list(GAZETTEER.names.find(tokens(text), text)) == []


@pytest.mark.parametrize(
    ("ukrainian", "latin"),
    [
        ("Згурівка", "Zghurivka"),
        ("Єнакієве", "Yenakiieve"),
        ("Щастя", "Shchastia"),
        ("Знам'янка", "Znamianka"),
        ("Кам'янець-Подільський", "Kamianets-Podilskyi"),
        ("Їжакевич і Йосипівка", "Yizhakevych i Yosypivka"),
    ],
)
def test_names_are_romanised_by_the_official_table(ukrainian: str, latin: str) -> None:
    assert romanise(ukrainian) == latin


KEYS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8)


@given(st.dictionaries(KEYS, KEYS), KEYS)
def test_a_shelf_gives_back_what_was_put_on_it(entries: dict[str, str], other: str) -> None:
    shelf = Shelf.read(bytes(Shelf.of(entries.items(), 4)))
    assert all(shelf.get(key) == value for key, value in entries.items())
    assert shelf.get(other) == entries.get(other)


def test_a_table_of_ones_own_regions_is_read_as_the_shipped_one_is() -> None:
    poland = [r for r in GAZETTEER if r.code in {"PL", "gn:756135"}]
    table = Table(bytes(Table.of(poland)))
    assert list(table) == poland
    assert list(table.inside(0)) == [0, 1]
    small = Spellings.of_table(table)
    assert small.find(words("Польщі"))[0].numbers == (0,)
    assert small.find(words("Киева")) == ()


PIECES = [
    *("Київ", "у", "в", "до", ",", ".", "область", "Харківській", "та", "і", "Warsaw", "Indiana"),
    *("regione", "di", "via", "The", "м", "#", "🇺🇦", "Ukraine", "Сум", "of", "Миколаївка"),
    *("району", "\ud800", "\u0301", "שלום", "-", "Ukraine's", "Nikopol", "on", "the", "Polish"),
]
WILD = st.text(st.characters(exclude_categories=())) | st.lists(st.sampled_from(PIECES)).map(
    " ".join
)


@given(WILD)
def test_any_text_gives_names_that_stand_in_it_in_order(text: str) -> None:
    hits = list(GAZETTEER.names.find(tokens(text), text))
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(GAZETTEER.get(code) for hit in hits for code in hit.codes)
    assert [hit.start for hit in hits] == sorted(hit.start for hit in hits)
