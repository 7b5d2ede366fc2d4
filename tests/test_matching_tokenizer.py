"""Tokenizer: normalisation, offsets and capitals of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.text.tokenizer import split_words, tokenize

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(
    "aЇі'’-_ \u0301\u0306\u00ad\u200b\u202e\u05d0\u0627\ud800\udfff\u02bcёF35"
)


@pytest.mark.parametrize(
    ("text", "normalised"),
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
def test_spellings_of_a_word_have_one_normalised_form(
    text: str, normalised: tuple[str, ...]
) -> None:
    assert split_words(text) == normalised


def test_a_token_has_its_offsets_in_the_original() -> None:
    text = "In Ки\u0301єві’s «центрі» U.S. dell'Ucraina"
    spans = [text[token.start : token.end] for token in tokenize(text)]
    assert spans == ["In", "Ки\u0301єві", "центрі", "U", "S", "dell", "Ucraina"]


def test_tokens_keep_capitals_and_sentence_starts() -> None:
    tokens = tokenize("One two. THREE f")
    assert [token.is_capitalized for token in tokens] == [True, False, True, False]
    assert [token.is_upper for token in tokens] == [False, False, True, False]
    assert [token.is_sentence_start for token in tokens] == [True, False, True, False]


@given(ANY_TEXT)
def test_tokens_of_any_text_lie_inside_it_in_order(text: str) -> None:
    end = 0
    for token in tokenize(text):
        assert end <= token.start < token.end <= len(text)
        end = token.end


@given(ANY_TEXT)
def test_normalisation_is_idempotent_for_ascii_words(text: str) -> None:
    for word in split_words(text):
        assert isinstance(word, str)
        if word.isascii():
            assert "".join(split_words(word)) == word
