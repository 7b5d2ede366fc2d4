"""i18n: every text that the code uses exists in every language, and no other text does."""

import ast
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, FluentSerializer
from fluent.syntax.ast import Message, VariableReference
from fluent.syntax.visitor import Visitor
from support.shared_resources import catalog, gazetteer, topics
from support.telegram_html import parse_html

import handlers
from handlers.registry import COMMANDS, bot_commands
from handlers.text.i18n import LANGUAGES, Catalog
from handlers.text.schedule_text import format_schedule, parse_schedule_text
from matching.query.parser import parse
from storage.values.schedules import WEEKDAYS, parse_schedule

HANDLERS = Path(handlers.__file__).parent
CODES = [language.code for language in LANGUAGES]
PLAIN = ("about-", "answer-", "button-", "link-", "moment-", "read-", "when-")


def messages(code: str) -> dict[str, Message]:
    text = (HANDLERS / "locales" / f"{code}.ftl").read_text("utf-8")
    body = FluentParser().parse(text).body
    entries = [entry for entry in body if isinstance(entry, Message)]
    assert len({entry.id.name for entry in entries}) == len(entries), "duplicate key"
    return {entry.id.name: entry for entry in entries}


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802 - named by the library
        self.names.add(node.id.name)


def variables(message: Message) -> set[str]:
    visitor = Variables()
    visitor.visit(message)
    return visitor.names


def code_strings() -> set[str]:
    """Return every string in the code of the handlers."""
    return {
        node.value
        for path in HANDLERS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def translated_keys() -> set[str]:
    """Return every key that is the first argument of `html` or `text`."""
    calls = [
        node
        for path in HANDLERS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("html", "text")
    ]
    return {
        key.value
        for call in calls
        if call.args
        for key in ast.walk(call.args[0])
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def create_empty_catalog(folder: Path) -> None:
    """Create a file without texts for every language."""
    for code in CODES:
        (folder / f"{code}.ftl").touch()


@pytest.mark.parametrize("code", CODES)
def test_every_file_of_texts_parses(code: str) -> None:
    text = (HANDLERS / "locales" / f"{code}.ftl").read_text("utf-8")
    junk = [e for e in FluentParser().parse(text).body if type(e).__name__ == "Junk"]
    assert junk == []


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_every_text_with_the_same_variables(code: str) -> None:
    english, translated = messages("en"), messages(code)
    assert translated.keys() == english.keys()
    assert {key: variables(translated[key]) for key in translated} == {
        key: variables(english[key]) for key in english
    }


def test_every_text_that_the_code_uses_exists() -> None:
    assert translated_keys() - messages("en").keys() == set()


def test_every_text_is_used() -> None:
    assert messages("en").keys() - code_strings() == set()


def test_every_file_of_texts_is_a_supported_language() -> None:
    files = {path.stem for path in (HANDLERS / "locales").glob("*.ftl")}
    assert files == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_texts_of_buttons_and_notices_have_no_markup_and_all_others_telegrams(
    code: str,
) -> None:
    translator = catalog().translator(code)
    for key, message in messages(code).items():
        values: dict[str, str | int] = dict.fromkeys(variables(message), 3)
        if key.startswith(PLAIN):
            assert not re.search(r"[<>&]", translator.text(key, **values)), key
        else:
            parse_html(translator.html(key, **values))


@pytest.mark.parametrize("code", CODES)
def test_no_file_of_texts_has_internal_terms(code: str) -> None:
    jargon = re.compile(
        r"\b(query|cursor|bulletin|payload|JSON|запит|курсор|бюлетен|запрос|бюллетен|bollettin)",
        re.IGNORECASE,
    )
    text = (HANDLERS / "locales" / f"{code}.ftl").read_text("utf-8")
    values = [line.partition("=")[2] or line for line in text.splitlines() if line[:1] != "#"]
    assert jargon.findall("\n".join(values)) == []


@pytest.mark.parametrize(
    ("count", "ukrainian"),
    [
        (1, "1 підписка"),
        (2, "2 підписки"),
        (5, "5 підписок"),
        (11, "11 підписок"),
        (21, "21 підписка"),
        (22, "22 підписки"),
        (25, "25 підписок"),
    ],
)
def test_ukrainian_has_three_plural_forms(count: int, ukrainian: str) -> None:
    assert ukrainian in catalog().translator("uk").html("subscriptions", count=count)


@pytest.mark.parametrize(
    ("count", "russian"),
    [
        (1, "1 сообщение"),
        (2, "2 сообщения"),
        (5, "5 сообщений"),
        (11, "11 сообщений"),
        (21, "21 сообщение"),
        (22, "22 сообщения"),
        (25, "25 сообщений"),
        (112, "112 сообщений"),
    ],
)
def test_russian_has_three_plural_forms(count: int, russian: str) -> None:
    assert catalog().translator("ru").html("digest-head", count=count) == f"<b>{russian}</b>"


@pytest.mark.parametrize(
    ("code", "singular", "plural"),
    [("en", "One report", "21 reports"), ("it", "Una notizia", "21 notizie")],
)
def test_english_and_italian_have_two_plural_forms(code: str, singular: str, plural: str) -> None:
    translator = catalog().translator(code)
    assert translator.html("digest-head", count=1) == f"<b>{singular}</b>"
    assert translator.html("digest-head", count=21) == f"<b>{plural}</b>"


@pytest.mark.parametrize(
    ("code", "key", "count", "text"),
    [
        ("ru", "why-asked", 1, "Сюда подходит 1 ваша подписка:"),
        ("ru", "why-asked", 3, "Сюда подходят 3 ваши подписки:"),
        ("ru", "why-asked", 12, "Сюда подходят 12 ваших подписок:"),
        ("ru", "digest-others", 1, "У 1 вашей подписки другое время. Перенести её?"),
        ("ru", "digest-others", 5, "У 5 ваших подписок другое время. Перенести их все?"),
        ("ru", "digest-others", 21, "У 21 вашей подписки другое время. Перенести их все?"),
        ("it", "why-asked", 1, "Segui ciò di cui parla:"),
        ("it", "digest-more", 1, "… e un’altra notizia più vecchia: /latest"),
        ("it", "digest-more", 4, "… e altre 4 notizie più vecchie: /latest"),
    ],
)
def test_words_beside_a_number_agree_with_it(code: str, key: str, count: int, text: str) -> None:
    assert catalog().translator(code).html(key, count=count) == text


@pytest.mark.parametrize("code", CODES)
def test_no_text_has_developers_terms(code: str) -> None:
    jargon = re.compile(
        r"\b(quer(y|ies)|cursor|bulletin|запит|запрос|курсор|бюл+етен|bollettin)", re.IGNORECASE
    )
    for key, message in messages(code).items():
        value = FluentSerializer().serialize_entry(message).partition("=")[2]
        assert not jargon.search(value), key


@pytest.mark.parametrize("code", ["ru", "it"])
@pytest.mark.parametrize("moment", ["09:30", "13 …, 09:30"])
@pytest.mark.parametrize(
    ("key", "variable"),
    [("why-came", "at"), ("why-folded", "at"), ("alerts-stale", "at"), ("incident-since", "since")],
)
def test_the_words_before_a_time_fit_a_time_of_another_day(
    code: str, moment: str, key: str, variable: str
) -> None:
    """Both languages have another word for "at" before an hour than before a day."""
    markup = catalog().translator(code).html(key, **{variable: moment, "source": "blog"})
    text = parse_html(markup).text
    assert not re.search(rf"\b(в|alle|dalle|delle) {re.escape(moment)}", text)


@pytest.mark.parametrize("code", CODES)
def test_every_example_in_a_text_can_be_typed(code: str) -> None:
    translator = catalog().translator(code)
    examples = re.findall("<code>/subscribe (.+?)</code>", translator.html("examples"))
    assert len(examples) == 6
    for example in examples:
        query_text, _, when = example.partition("|")
        parse(query_text, gazetteer(), topics())
        assert parse_schedule_text(when or "now", translator)
    for when in re.findall(
        r"<code>\| (.+?)</code>", translator.html("schedule-unknown", written="x")
    ):
        assert parse_schedule_text(when, translator)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "schedule",
    ["now", "hourly", "daily 09:00", *(f"weekly {day} 18:30" for day in WEEKDAYS)],
)
def test_a_formatted_schedule_can_be_typed(code: str, schedule: str) -> None:
    translator = catalog().translator(code)
    text = format_schedule(parse_schedule(schedule), "Z", translator).removesuffix(" (Z)")
    assert str(parse_schedule_text(text, translator)) == schedule


def test_a_text_missing_in_a_language_is_taken_from_english(tmp_path: Path) -> None:
    create_empty_catalog(tmp_path)
    (tmp_path / "en.ftl").write_text("one = One\nboth = Both\n")
    (tmp_path / "uk.ftl").write_text("both = Обидва\n")
    translator = Catalog(tmp_path).translator("uk")
    assert (translator.html("one"), translator.html("both")) == ("One", "Обидва")


def test_a_translation_with_a_wrong_variable_is_replaced_by_english(tmp_path: Path) -> None:
    create_empty_catalog(tmp_path)
    (tmp_path / "en.ftl").write_text("hello = Hello { $name }\n")
    (tmp_path / "uk.ftl").write_text("hello = Вітаю { $imya }\n")
    assert Catalog(tmp_path).translator("uk").html("hello", name="Ann") == "Hello Ann"


def test_values_are_escaped_once_and_sanitized() -> None:
    translator = catalog().translator("en")
    markup = translator.html("error-suggestion", suggestion="<b>&\u202e\u200b")
    assert markup == "Perhaps: <code>&lt;b&gt;&amp;</code>"
    assert translator.html("query-not", what=markup) == f"not {markup}"
    assert translator.text("button-word-instead", word="<b>\n\u202ex") == "The word “<b> x” instead"


def test_a_long_value_is_complete() -> None:
    value = "ї" * 5_000
    assert value in catalog().translator("uk").html("error-suggestion", suggestion=value)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("uk", "uk"), ("uk-UA", "uk"), ("UK_ua", "uk"), ("en-GB", "en"), ("ru", "ru"),
        ("it-CH", "it"), ("xx", "en"), (None, "en"),
    ],
)  # fmt: skip
def test_the_language_of_telegram_selects_a_supported_language(tag: str | None, code: str) -> None:
    assert catalog().language(tag) == code


@pytest.mark.parametrize("code", CODES)
def test_the_command_menu_fits_telegram_and_has_every_public_command(code: str) -> None:
    """core.telegram.org/bots/api#botcommand: 1-32 and 1-256 characters."""
    menu = bot_commands(catalog().translator(code))
    assert [name for name, _ in menu] == [
        command.name for command in COMMANDS if not command.is_operator_only
    ]
    assert all(re.fullmatch("[a-z0-9_]{1,32}", name) for name, _ in menu)
    assert all(1 <= len(description) <= 256 for _, description in menu)


@pytest.mark.parametrize("code", CODES)
def test_a_text_is_selected_by_numbers_only(code: str) -> None:
    """A text value is a placeholder while Fluent formats: a word as a selector never matches."""
    text = (HANDLERS / "locales" / f"{code}.ftl").read_text("utf-8")
    selectors = re.findall(r"^\s+\*?\[([^\]\n]+)\]", text, re.MULTILINE)

    assert {s for s in selectors if not re.fullmatch(r"-?\d+|zero|one|two|few|many|other", s)} == (
        set()
    )


@pytest.mark.parametrize("code", CODES)
def test_a_silent_subscription_is_confirmed_as_silent(code: str) -> None:
    """The confirmation said that it has sound from level red."""
    translator = catalog().translator(code)
    sentences = {translator.html("subscribed-sound", level=level) for level in range(-1, 4)}

    assert len(sentences) == 5
