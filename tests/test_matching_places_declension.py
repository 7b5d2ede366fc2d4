"""Declension of place names in Ukrainian and Russian, the name index and its hash table."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.shared_resources import gazetteer

from matching.morphology.declension import decline, is_case_form, stem_all_forms, stem_name
from matching.places.hash_table import ConstantHashTable
from matching.places.name_index import NameIndex
from matching.places.region_table import RegionTable
from matching.text.tokenizer import split_words, tokenize
from scripts.romanization import romanize

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
def test_a_name_is_recognized_in_every_case(name: str, declined: str) -> None:
    code = GAZETTEER.find(name)[0].code
    forms = declined.split("|") if " " in name else declined.split()
    for form in forms:
        text = f"до {form}"
        toponyms = GAZETTEER.recognizer.recognize(tokenize(text), text)
        assert [toponym.codes[0] for toponym in toponyms] == [code], form


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
def test_a_derived_word_or_another_name_is_no_case_form(form: str, name: str) -> None:
    assert not is_case_form(form, name)


CYRILLIC = st.text("абвгдеєжзиіїйклмнопрстуфхцчшщьюяыэ'-", min_size=1, max_size=12)


@given(CYRILLIC)
@example("кам'янець-подільський")
def test_every_case_form_has_a_stem_of_the_word(word: str) -> None:
    assert stem_name(word) in stem_all_forms(word)
    if "-" not in word:
        assert {stem_name(form) for form in decline(word)} == stem_all_forms(word)
        assert all(is_case_form(form, word) for form in decline(word))


def test_indeclinable_names_match_as_written_only() -> None:
    assert GAZETTEER.find("Осло")[0].names["en"] == "Oslo"
    text = "укуси осла, до Осла"
    assert list(GAZETTEER.recognizer.recognize(tokenize(text), text)) == []


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
def test_names_are_romanized_by_the_official_table(ukrainian: str, latin: str) -> None:
    assert romanize(ukrainian) == latin


KEYS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8)


@given(st.dictionaries(KEYS, KEYS), KEYS)
def test_a_hash_table_returns_its_entries(entries: dict[str, str], other_key: str) -> None:
    table = ConstantHashTable.from_bytes(bytes(ConstantHashTable.build(entries.items(), 4)))
    assert all(table.get(key) == value for key, value in entries.items())
    assert table.get(other_key) == entries.get(other_key)


def test_a_table_built_from_regions_survives_a_round_trip() -> None:
    poland = [r for r in GAZETTEER if r.code in {"PL", "PL-14", "gn:756135"}]
    table = RegionTable(bytes(RegionTable.from_regions(poland)))
    assert list(table) == poland
    assert list(table.subtree(0)) == [0, 1, 2]
    name_index = NameIndex.from_table(table)
    assert name_index.find(split_words("Польщі"))[0].referents == (0,)
    assert name_index.find(split_words("Киева")) == ()


PIECES = [
    *("Київ", "у", "в", "до", ",", ".", "область", "Харківській", "та", "і", "Warsaw", "Indiana"),
    *("regione", "di", "via", "The", "м", "#", "🇺🇦", "Ukraine", "Сум", "of", "Миколаївка"),
    *("району", "\ud800", "\u0301", "שלום", "-", "Ukraine's", "Nikopol", "on", "the", "Polish"),
]
ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.lists(st.sampled_from(PIECES)).map(
    " ".join
)


@given(ANY_TEXT)
def test_toponyms_of_any_text_lie_inside_it_in_order(text: str) -> None:
    toponyms = list(GAZETTEER.recognizer.recognize(tokenize(text), text))
    assert all(0 <= toponym.start < toponym.end <= len(text) for toponym in toponyms)
    assert all(GAZETTEER.get(code) for toponym in toponyms for code in toponym.codes)
    assert [toponym.start for toponym in toponyms] == sorted(toponym.start for toponym in toponyms)
