"""How a text becomes words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.morphology.inflection import forms
from matching.text.tokenizer import tokens, words

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(
    "aЇі'’-_ \u0301\u0306\u00ad\u200b\u202e\u05d0\u0627\ud800\udfff\u02bcёF35"
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("об’єкт об\u02bcєкт об`єкт", ("об'єкт",) * 3),
        ("за\u0301мок", ("замок",)),
        ("нала\u00adгодити", ("налагодити",)),
        ("Ки\u200bїв \u202bХарків\u202c", ("київ", "харків")),
        ("ещё Ёлка", ("еще", "елка")),
        ("F-35s and MiG\u201131K", ("f-35s", "and", "mig-31k")),
        ("the pilot's", ("the", "pilot")),
        ("dell’Ucraina L'viv", ("dell", "ucraina", "l", "viv")),
        ("#air_alert", ("air", "alert")),
        ("perche\u0301 perché", ("perché", "perché")),
        ("Київський и\u0306", ("київський", "й")),
        ("１６:08", ("16", "08")),
        ("🚀 — …", ()),
        ("‘quoted’ 'words'", ("quoted", "words")),
    ],
)
def test_spellings_of_one_word_are_one_word(written: str, read: tuple[str, ...]) -> None:
    assert words(written) == read


def test_a_word_remembers_where_it_stood() -> None:
    text = "In Ки\u0301єві’s «центрі» U.S. dell'Ucraina"
    spans = [text[token.start : token.end] for token in tokens(text)]
    assert spans == ["In", "Ки\u0301єві", "центрі", "U", "S", "dell", "Ucraina"]


def test_capitals_and_the_heads_of_sentences_are_kept() -> None:
    line = tokens("One two. THREE f")
    assert [token.capital for token in line] == [True, False, True, False]
    assert [token.upper for token in line] == [False, False, True, False]
    assert [token.head for token in line] == [True, False, True, False]


@given(ANY_TEXT)
def test_any_text_has_words_in_order_and_inside_it(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        end = token.end


@given(ANY_TEXT)
def test_normalised_words_stay_as_they_are(text: str) -> None:
    for word in words(text):
        assert isinstance(word, str)
        if word.isascii():
            assert "".join(words(word)) == word


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("railway", "railways"),
        ("railways", "railway"),
        ("import", "imports"),
        ("import", "imported"),
        ("imported", "importing"),
        ("city", "cities"),
        ("cities", "city"),
        ("stop", "stopped"),
        ("stopping", "stop"),
        ("control", "controlled"),
        ("use", "using"),
        ("die", "dying"),
        ("child", "children"),
        ("men", "man"),
        ("strike", "struck"),
        ("shot", "shooting"),
        ("shelling", "shelled"),
        ("crisis", "crises"),
        ("f-35", "f-35s"),
        ("f-35s", "f-35"),
        ("fire-engine", "fire-engines"),
        ("bus", "buses"),
    ],
)
def test_a_word_has_its_inflected_forms(word: str, other: str) -> None:
    assert other in forms(word)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("import", "importer"),
        ("importer", "import"),
        ("engine", "engineer"),
        ("power", "powerful"),
        ("evening", "even"),
        ("news", "new"),
        ("king", "k"),
        ("red", "r"),
        ("war", "ward"),
        ("plane", "planning"),
        ("f-35", "f-3"),
        ("дрон", "дрони́"),
    ],
)
def test_a_derived_or_different_word_is_no_form(word: str, other: str) -> None:
    assert other not in forms(word)


@given(st.text())
def test_every_word_is_a_form_of_itself(word: str) -> None:
    assert word in forms(word)
