"""Configuration: values of a valid file, and the error messages of an invalid one."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Config, ConfigError, load, token
from bot.ops.http_server import Address
from bot.sources.adapters.feeds.liveblog import LiveblogSettings
from bot.sources.adapters.webhook import WebhookSettings
from bot.sources.http.client import user_agent
from bot.sources.registry import KINDS

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
TOKEN = "123456789:AAexampleexampleexample"

TABLES = ("source", "topic")  # lists of tables

BLOG = '[[source]]\nkind = "liveblog"\nname = "blog"\npath = "blog.txt"\n'


def problems(file: Path, text: str, **environ: str) -> list[tuple[str, str]]:
    """Return place and key of every problem; check that no value of the text is shown."""
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        load(file, environ)
    assert "hunter2" not in str(error.value)
    assert all(problem.problem for problem in error.value.problems)
    return [(problem.where, problem.key) for problem in error.value.problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my.toml"


def example_environment() -> dict[str, str]:
    """Return the secrets that the example leaves to the operator."""
    kinds = re.findall(r'^kind = "(\w+)"', EXAMPLE.read_text(), re.MULTILINE)
    key = f"TOCSIN_SOURCE__{kinds.index('webhook')}__SECRET"
    return {"TOCSIN_TELEGRAM__TOKEN": TOKEN, key: "a secret of some length"}


def test_the_example_is_valid_and_contains_every_key() -> None:
    config = load(EXAMPLE, example_environment())

    assert token(config, EXAMPLE).get_secret_value() == TOKEN
    assert {source.kind for source in config.source} == set(KINDS)
    text = EXAMPLE.read_text()
    sections = [getattr(config, name) for name in Config.model_fields if name not in TABLES]
    for section in (*sections, *config.source, *config.topic):
        for key in type(section).model_fields:
            assert f"{key} = " in text


def test_the_example_shows_the_default_values() -> None:
    example, default = load(EXAMPLE, example_environment()), Config()

    for section in ("storage", "delivery", "http", "retention"):
        assert getattr(example, section) == getattr(default, section)


def test_the_secret_of_the_example_is_refused() -> None:
    environ = {"TOCSIN_TELEGRAM__TOKEN": TOKEN}
    with pytest.raises(ConfigError, match=r"secret: .*not the example"):
        load(EXAMPLE, environ)


@pytest.mark.parametrize("secret", ["x", "Change Me", "password", "fifteen letters"])
def test_a_weak_secret_of_a_webhook_is_refused(file: Path, secret: str) -> None:
    text = f"[[source]]\nkind = 'webhook'\nname = 'press'\nsecret = '{secret}'\n"
    assert problems(file, text) == [(str(file), "source[0].secret")]
    with pytest.raises(ConfigError, match="16 characters or more"):
        load(file, {})


def test_a_first_run_without_a_file_watches_a_source_that_needs_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    config = load(None, {})

    assert [source.kind for source in config.source] == ["siren"]
    assert config.model_copy(update={"source": ()}) == Config()
    blog = {
        "TOCSIN_SOURCE__0__KIND": "liveblog",
        "TOCSIN_SOURCE__0__NAME": "blog",
        "TOCSIN_SOURCE__0__PATH": "blog.txt",
    }
    assert [source.kind for source in load(None, blog).source] == ["liveblog"]


def test_a_file_without_a_source_watches_nothing(file: Path) -> None:
    file.write_text("[delivery]\nrate = 7\n")
    assert load(file, {}).source == ()


def test_the_file_in_the_current_folder_is_read_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("[delivery]\nrate = 7\n")

    assert load(None, {}).delivery.rate == 7


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: no such file"):
        load(tmp_path / "absent.toml", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[telegram]\ntoken = hunter2", "line 2"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_toml_error_is_reported_with_its_line(file: Path, text: bytes, message: str) -> None:
    file.write_bytes(text)

    with pytest.raises(ConfigError, match=message) as error:
        load(file, {})

    assert str(file) in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("telegramm = 1", "telegramm"),
        ("[telegram]\ntokn = 'hunter2'", "telegram.tokn"),
        ("[telegram]\ntoken = 'hunter2'", "telegram.token"),
        ("[telegram]\ntoken = 5", "telegram.token"),
        ("[telegram]\nmode = 'push'", "telegram.mode"),
        ("[telegram]\nmode = 'webhook'", "telegram"),
        ("[telegram]\nsecret_token = 'hunter2!'", "telegram.secret_token"),
        ("[telegram]\napi_url = 'localhost'", "telegram.api_url"),
        ("[telegram]\nadmins = 5", "telegram.admins"),
        ("[telegram]\nadmins = [1, 'me']", "telegram.admins[1]"),
        ("telegram = 5", "telegram"),
        ("[storage]\nurl = 'mysql://me:hunter2@host/db'", "storage.url"),
        ("[storage]\nurl = 'sqlite+aiosqlite://'", "storage.url"),
        ("[storage]\nurl = 'hunter2'", "storage.url"),
        ("[delivery]\nrate = 0", "delivery.rate"),
        ("[delivery]\nrate = 1001\npaid_broadcast = true", "delivery.rate"),
        ("[delivery]\nrate = 31", "delivery"),
        ("[delivery]\nalert_ttl = 15", "delivery.alert_ttl"),
        ("[delivery]\nalert_ttl = '15 minutes'", "delivery.alert_ttl"),
        ("[http]\nlisten = '8080'", "http.listen"),
        ("[http]\nlisten = 'localhost:99999'", "http.listen"),
        ("[retention]\nkeep = '0d'", "retention.keep"),
        ("[[source]]\nname = 'x'", "source[0].kind"),
        ("[[source]]\nkind = 'carrier_pigeon'\nname = 'x'", "source[0].kind"),
        (BLOG + "every = '0s'", "source[0].every"),
        (BLOG + "evry = '5s'", "source[0].evry"),
        (BLOG + "url = 'https://example.org'", "source[0]"),
        (BLOG.replace("path", "url"), "source[0].url"),
        (BLOG.replace('"blog"', '"My Blog"'), "source[0].name"),
        (BLOG + BLOG, "source"),
        ("[[topic]]\nname = 'rail'\nquery = 'x'\n" * 2, "topic"),
        (BLOG + "[[source]]\nkind = 'webhook'\nname = 'press'", "source[1].secret"),
        ("[[source]]\nkind = 'webhook'\nname = 'press'", "source[0].secret"),
        ("[[source]]\nkind = 'webhook'\nname = 'press'\nsecret = ''", "source[0].secret"),
        ("[source]\nkind = 'webhook'", "source"),
        ("[[topic]]\nname = 'a b'\nquery = 'x'", "topic[0].name"),
        ("[[topic]]\nname = 'rail'\nquery = ''", "topic[0].query"),
        ("[[topic]]\nname = 'rail'\nqery = 'x'\nquery = 'x'", "topic[0].qery"),
    ],
)
def test_a_wrong_key_is_reported_with_its_file(file: Path, text: str, key: str) -> None:
    assert problems(file, text) == [(str(file), key)]


def test_all_errors_are_reported_at_once(file: Path) -> None:
    reported = problems(file, "[delivery]\nrate = 0\nalert_ttl = 1\n[http]\nport = 5")

    assert [key for _, key in reported] == ["delivery.rate", "delivery.alert_ttl", "http.port"]


def test_a_problem_names_the_expected_value(file: Path) -> None:
    file.write_text(
        "[delivery]\nrat = 5\n[[source]]\nkind = 'liveblog'\nname = 'Blog'\nevery = '2d'"
    )

    with pytest.raises(ConfigError) as error:
        load(file, {})

    assert str(error.value).splitlines() == [
        f"{file}: delivery.rat: is unknown; did you mean rate?",
        f"{file}: source[0].name: expected 1 to 64 lower-case ASCII letters, digits, _ and -",
        f'{file}: source[0].every: expected a length of time from "1s" to "1d"',
    ]


def test_the_environment_overrides_the_file(file: Path) -> None:
    file.write_text("[delivery]\nrate = 5\nalert_ttl = '1m'\n" + BLOG)
    environ = {
        "TOCSIN_DELIVERY__RATE": "6",
        "TOCSIN_TELEGRAM__TOKEN": TOKEN,
        "TOCSIN_TELEGRAM__ADMINS": "[1, 2]",
        "TOCSIN_HTTP__LISTEN": "",
        "TOCSIN_SOURCE__0__EVERY": "5s",
        "TOCSIN_SOURCE__1__KIND": "webhook",
        "TOCSIN_SOURCE__1__NAME": "press",
        "TOCSIN_SOURCE__1__SECRET": "open-sesame-open-sesame",
        "HOME": "/",
    }

    config = load(file, environ)

    assert config.delivery.rate == 6
    assert config.delivery.alert_ttl == timedelta(minutes=1)
    assert config.telegram.admins == (1, 2)
    assert config.http.address is None
    blog, press = config.source
    assert isinstance(blog, LiveblogSettings)
    assert (blog.path, blog.every) == (Path("blog.txt"), timedelta(seconds=5))
    assert isinstance(press, WebhookSettings)
    assert press.secret.get_secret_value() == "open-sesame-open-sesame"


@pytest.mark.parametrize(
    ("variable", "key"),
    [
        ("TOCSIN_TELEGRAM__TOKN", "telegram.tokn"),
        ("TOCSIN_TELEGRAM__TOKEN", "telegram.token"),
        ("TOCSIN_TELEGRAM", "telegram"),
        ("TOCSIN_HOME", "home"),
        ("TOCSIN_SOURCE__0__URL", "source[0].url"),
        ("TOCSIN_SOURCE__2__URL", "source[2].url"),
        ("TOCSIN_SOURCE__BLOG__URL", "source.blog.url"),
        ("TOCSIN_DELIVERY__PAID_BROADCAST", "delivery.paid_broadcast"),
    ],
)
def test_a_wrong_environment_variable_is_reported_by_its_name(
    file: Path, variable: str, key: str
) -> None:
    assert problems(file, BLOG, **{variable: "hunter2"}) == [(variable, key)]


def test_a_missing_token_is_reported_with_the_file_and_the_variable(file: Path) -> None:
    with pytest.raises(ConfigError) as error:
        token(Config(), file)

    message = str(error.value)
    assert message.startswith(f"{file}: telegram.token: is missing")
    assert "TOCSIN_TELEGRAM__TOKEN" in message


def test_a_printed_configuration_shows_no_secret(file: Path) -> None:
    file.write_text(
        "[telegram]\ntoken = '1:hunter2'\nsecret_token = 'hunter2'\n"
        "[storage]\nurl = 'postgresql+asyncpg://me:hunter2@host/db'\n"
        "[[source]]\nkind = 'webhook'\nname = 'press'\nsecret = 'hunter2-hunter2-hunter2'\n"
    )

    assert "hunter2" not in repr(load(file, {}))


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080)),
        ("[::1]:80", Address("::1", 80)),
        ("localhost:0", Address("localhost", 0)),
        ("", None),
    ],
)
def test_a_listen_address_is_a_host_and_a_port(
    file: Path, listen: str, address: Address | None
) -> None:
    file.write_text(f'[http]\nlisten = "{listen}"')

    assert load(file, {}).http.address == address


@pytest.mark.parametrize("contact", ["x y@example.org", "(me)", "a", "\u00e4@example.org", "x\n@y"])
def test_a_contact_that_is_no_address_is_refused(file: Path, contact: str) -> None:
    file.write_text(f"[sources]\ncontact = {json.dumps(contact)}")

    with pytest.raises(ConfigError, match="an email address or a web address"):
        load(file, {})


def test_the_user_agent_contains_the_contact(file: Path) -> None:
    file.write_text('[sources]\ncontact = "ops@example.org"')

    agent = user_agent(load(file, {}).sources.contact)

    assert agent == f"{user_agent()} (+ops@example.org)"
    assert user_agent().startswith("tocsin/")


@pytest.mark.parametrize(
    "source",
    [
        "kind = 'webhook'\nname = 'x'",
        "kind = 'webhook'\nname = 'x'\nsecret = ''",
        "kind = 'ukrainealarm'\nname = 'x'\nwebhook_url = 'https://example.org/hook/x'",
    ],
)
def test_a_webhook_source_without_a_secret_is_refused(file: Path, source: str) -> None:
    """Anyone could post bulletins to a webhook without a secret."""
    file.write_text(f"[[source]]\n{source}")

    with pytest.raises(ConfigError, match=r"source\[0\]\.(secret|token)"):
        load(file, {})


def test_updates_by_webhook_need_the_http_server(file: Path) -> None:
    text = (
        "[telegram]\nmode = 'webhook'\nwebhook_url = 'https://example.org/t'\nsecret_token = 's'\n"
    )
    file.write_text(text)
    assert load(file, {}).telegram.mode == "webhook"

    assert problems(file, text + "[http]\nlisten = ''") == [(str(file), "")]
