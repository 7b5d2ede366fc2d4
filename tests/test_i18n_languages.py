"""What is said exists in every language, and nothing else does."""

import ast
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, FluentSerializer
from fluent.syntax.ast import Message, VariableReference
from fluent.syntax.visitor import Visitor
from support.shared_resources import gazetteer, topics, words
from support.telegram_html import read

import handlers
from handlers.registry import COMMANDS, menu
from handlers.text.i18n import LANGUAGES, Words
from handlers.text.schedule_text import read_when, say_when
from matching.query.parser import parse
from storage.values.schedules import WEEKDAYS, parse_schedule

HANDLERS = Path(handlers.__file__).parent
CODES = [language.code for language in LANGUAGES]
PLAIN = ("about-", "answer-", "button-", "link-", "moment-", "read-", "when-")


def messages(code: str) -> dict[str, Message]:
    text = (HANDLERS / "locales" / f"{code}.ftl").read_text("utf-8")
    body = FluentParser().parse(text).body
    found = [entry for entry in body if isinstance(entry, Message)]
    assert len({entry.id.name for entry in found}) == len(found), "a key stands there twice"
    return {entry.id.name: entry for entry in found}


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802 - its name
        self.names.add(node.id.name)


def variables(message: Message) -> set[str]:
    visitor = Variables()
    visitor.visit(message)
    return visitor.names


def strings() -> set[str]:
    """Every string in the code of the conversation."""
    return {
        node.value
        for path in HANDLERS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def said() -> set[str]:
    """Every key that is said by name: the first word of `say` and `label`."""
    calls = [
        node
        for path in HANDLERS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("say", "label")
    ]
    return {
        key.value
        for call in calls
        for key in ast.walk(call.args[0])
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def others(folder: Path) -> None:
    """Languages that say nothing."""
    for code in CODES:
        (folder / f"{code}.ftl").touch()


@pytest.mark.parametrize("code", CODES)
def test_every_file_can_be_read_without_a_mistake(code: str) -> None:
    text = (HANDLERS / "locales" / f"{code}.ftl").read_text("utf-8")
    junk = [e for e in FluentParser().parse(text).body if type(e).__name__ == "Junk"]
    assert junk == []


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_every_text_with_the_same_values(code: str) -> None:
    english, other = messages("en"), messages(code)
    assert other.keys() == english.keys()
    assert {key: variables(other[key]) for key in other} == {
        key: variables(english[key]) for key in english
    }


def test_every_text_that_the_code_says_exists() -> None:
    assert said() - messages("en").keys() == set()


def test_no_text_is_left_that_nothing_says() -> None:
    assert messages("en").keys() - strings() == set()


def test_every_file_of_texts_is_a_language_that_is_offered() -> None:
    files = {path.stem for path in (HANDLERS / "locales").glob("*.ftl")}
    assert files == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_texts_of_buttons_and_notices_hold_no_markup_and_the_others_hold_telegrams(
    code: str,
) -> None:
    voice = words().voice(code)
    for key, message in messages(code).items():
        values: dict[str, str | int] = dict.fromkeys(variables(message), 3)
        if key.startswith(PLAIN):
            assert not re.search(r"[<>&]", voice.label(key, **values)), key
        else:
            read(voice.say(key, **values))


@pytest.mark.parametrize("code", CODES)
def test_no_text_speaks_of_the_inside_of_the_bot(code: str) -> None:
    jargon = re.compile(
        r"\b(query|cursor|bulletin|payload|JSON|запит|курсор|бюлетен|запрос|бюллетен|bollettin)",
        re.IGNORECASE,
    )
    text = (HANDLERS / "locales" / f"{code}.ftl").read_text("utf-8")
    said = [line.partition("=")[2] or line for line in text.splitlines() if line[:1] != "#"]
    assert jargon.findall("\n".join(said)) == []


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
def test_ukrainian_counts_in_its_three_forms(count: int, ukrainian: str) -> None:
    assert ukrainian in words().voice("uk").say("subscriptions", count=count)


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
def test_russian_counts_in_its_three_forms(count: int, russian: str) -> None:
    assert words().voice("ru").say("digest-head", count=count) == f"<b>{russian}</b>"


@pytest.mark.parametrize(
    ("code", "one", "many"),
    [("en", "One report", "21 reports"), ("it", "Una notizia", "21 notizie")],
)
def test_english_and_italian_count_in_two_forms(code: str, one: str, many: str) -> None:
    voice = words().voice(code)
    assert voice.say("digest-head", count=1) == f"<b>{one}</b>"
    assert voice.say("digest-head", count=21) == f"<b>{many}</b>"


@pytest.mark.parametrize(
    ("code", "key", "count", "said"),
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
def test_what_stands_beside_a_number_agrees_with_it(
    code: str, key: str, count: int, said: str
) -> None:
    assert words().voice(code).say(key, count=count) == said


@pytest.mark.parametrize("code", CODES)
def test_no_word_of_those_who_built_it_reaches_a_person(code: str) -> None:
    jargon = re.compile(
        r"\b(quer(y|ies)|cursor|bulletin|запит|запрос|курсор|бюл+етен|bollettin)", re.IGNORECASE
    )
    for key, message in messages(code).items():
        said = FluentSerializer().serialize_entry(message).partition("=")[2]
        assert not jargon.search(said), key


@pytest.mark.parametrize("code", ["ru", "it"])
@pytest.mark.parametrize("at", ["09:30", "13 …, 09:30"])
@pytest.mark.parametrize(
    ("key", "value"),
    [("why-came", "at"), ("why-folded", "at"), ("alerts-stale", "at"), ("incident-since", "since")],
)
def test_a_time_may_be_one_of_another_day(code: str, at: str, key: str, value: str) -> None:
    """Neither language says "at" in the same way before an hour as before a day."""
    said = read(words().voice(code).say(key, **{value: at, "source": "blog"})).text
    assert not re.search(rf"\b(в|alle|dalle|delle) {re.escape(at)}", said)


@pytest.mark.parametrize("code", CODES)
def test_every_example_can_be_typed_as_it_stands(code: str) -> None:
    voice = words().voice(code)
    examples = re.findall("<code>/subscribe (.+?)</code>", voice.say("examples"))
    assert len(examples) == 6
    for example in examples:
        asked, _, when = example.partition("|")
        parse(asked, gazetteer(), topics())
        assert read_when(when or "now", voice)
    for hour in re.findall(r"<code>\| (.+?)</code>", voice.say("schedule-unknown", written="x")):
        assert read_when(hour, voice)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "schedule",
    ["now", "hourly", "daily 09:00", *(f"weekly {day} 18:30" for day in WEEKDAYS)],
)
def test_an_hour_can_be_typed_as_it_is_said(code: str, schedule: str) -> None:
    voice = words().voice(code)
    said = say_when(parse_schedule(schedule), "Z", voice).removesuffix(" (Z)")
    assert str(read_when(said, voice)) == schedule


def test_a_text_missing_in_a_language_is_said_in_english(tmp_path: Path) -> None:
    others(tmp_path)
    (tmp_path / "en.ftl").write_text("one = One\nboth = Both\n")
    (tmp_path / "uk.ftl").write_text("both = Обидва\n")
    voice = Words(tmp_path).voice("uk")
    assert (voice.say("one"), voice.say("both")) == ("One", "Обидва")


def test_a_value_missing_in_a_translation_is_no_reason_to_fail(tmp_path: Path) -> None:
    others(tmp_path)
    (tmp_path / "en.ftl").write_text("hello = Hello { $name }\n")
    (tmp_path / "uk.ftl").write_text("hello = Вітаю { $imya }\n")
    assert Words(tmp_path).voice("uk").say("hello", name="Ann") == "Hello Ann"


def test_what_comes_from_outside_is_escaped_once_and_cleaned() -> None:
    voice = words().voice("en")
    said = voice.say("error-suggestion", suggestion="<b>&\u202e\u200b")
    assert said == "Perhaps: <code>&lt;b&gt;&amp;</code>"
    assert voice.say("query-not", what=said) == f"not {said}"
    assert voice.label("button-word-instead", word="<b>\n\u202ex") == "The word “<b> x” instead"


def test_a_long_value_is_said_whole() -> None:
    long = "ї" * 5_000
    assert long in words().voice("uk").say("error-suggestion", suggestion=long)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("uk", "uk"), ("uk-UA", "uk"), ("UK_ua", "uk"), ("en-GB", "en"), ("ru", "ru"),
        ("it-CH", "it"), ("xx", "en"), (None, "en"),
    ],
)  # fmt: skip
def test_the_language_of_telegram_chooses_ours(tag: str | None, code: str) -> None:
    assert words().language(tag) == code


@pytest.mark.parametrize("code", CODES)
def test_the_command_menu_fits_telegram_and_has_every_command_for_all(code: str) -> None:
    """core.telegram.org/bots/api#botcommand: 1-32 and 1-256 characters."""
    listed = menu(words().voice(code))
    assert [name for name, _ in listed] == [
        command.name for command in COMMANDS if not command.operators
    ]
    assert all(re.fullmatch("[a-z0-9_]{1,32}", name) for name, _ in listed)
    assert all(1 <= len(about) <= 256 for _, about in listed)
