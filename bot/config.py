"""Configuration: a TOML file and the environment, validated by pydantic."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from bot.config_environment import MisplacedVariable, overlay
from bot.delivery.settings import DeliverySettings, TelegramSettings
from bot.ops.http_server import HttpSettings
from bot.sources.http.client import SourcesSettings
from bot.sources.registry import KINDS, AnySource
from bot.validation_messages import describe_error, format_path
from storage.settings import RetentionSettings, Section, StorageSettings

DEFAULT = Path("config.toml")

_FIRST_RUN_SOURCES = ({"kind": "siren", "name": "siren"},)
"""Sources without a configuration file: they need no key."""

_TOPIC_NAME = re.compile(r"\w{1,64}")


@dataclass(frozen=True)
class ConfigProblem:
    """Error in the configuration. It never contains the value, which may be a secret."""

    where: str  # the file, or the environment variable
    key: str  # dotted: "source[1].url"; "": the whole file
    problem: str  # with what was expected

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.key, self.problem) if part)


class ConfigError(Exception):
    """All errors of a configuration, one on each line."""

    def __init__(self, *problems: ConfigProblem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def _topic_name(name: str) -> str:
    if not _TOPIC_NAME.fullmatch(name):
        raise ValueError("1 to 64 letters, digits and _, as after # in a query")
    return name


class TopicSettings(Section, frozen=True):
    """A `[[topic]]` table: adds to the built-in topics, or replaces one."""

    name: Annotated[str, AfterValidator(_topic_name)]
    query: Annotated[str, Field(min_length=1)]


_NamedTables = TypeVar("_NamedTables", tuple[AnySource, ...], tuple[TopicSettings, ...])


class Config(Section, frozen=True):
    """Everything an operator can set. The defaults suit a first run."""

    telegram: TelegramSettings = TelegramSettings()
    storage: StorageSettings = StorageSettings()
    delivery: DeliverySettings = DeliverySettings()
    http: HttpSettings = HttpSettings()
    retention: RetentionSettings = RetentionSettings()
    sources: SourcesSettings = SourcesSettings()
    source: tuple[AnySource, ...] = ()
    topic: tuple[TopicSettings, ...] = ()

    @field_validator("source", "topic")
    @classmethod
    def _reject_repeated_names(cls, tables: _NamedTables) -> _NamedTables:
        counts = Counter(table.name for table in tables)
        if repeated := [name for name, count in counts.items() if count > 1]:
            raise ValueError(f"unique names; repeated: {', '.join(repeated)}")
        return tables

    @model_validator(mode="after")
    def _check_combination(self) -> Self:
        if self.telegram.mode == "webhook" and not self.http.listen:
            raise ValueError('http.listen, which telegram.mode = "webhook" requires')
        return self


def load(file: Path | None, environ: Mapping[str, str]) -> Config:
    """Return the configuration; without `file`, read `config.toml` if it exists.

    If neither the file nor the environment sets a source, a first run without a file watches the
    air alerts of Ukraine. Raises ConfigError.
    """
    path = file or DEFAULT
    table = _read(path, is_required=file is not None)
    try:
        variables = overlay(table, environ)
    except MisplacedVariable as error:
        raise ConfigError(ConfigProblem(error.variable, error.key, error.problem)) from None
    if not path.exists():
        table.setdefault("source", list(_FIRST_RUN_SOURCES))
    try:
        return Config.model_validate(table)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise ConfigError(
            *(_problem(detail, file or DEFAULT, variables) for detail in details)
        ) from None


def token(config: Config, file: Path | None) -> SecretStr:
    """Return Telegram's token. Raises ConfigError if it is missing."""
    if config.telegram.token is None:
        problem = "is missing; expected a token from @BotFather here or in TOCSIN_TELEGRAM__TOKEN"
        raise ConfigError(ConfigProblem(str(file or DEFAULT), "telegram.token", problem))
    return config.telegram.token


def _read(file: Path, *, is_required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except FileNotFoundError:
        if is_required:
            raise ConfigError(ConfigProblem(str(file), "", "no such file")) from None
        return {}
    except OSError as error:
        raise ConfigError(
            ConfigProblem(str(file), "", f"cannot be read: {error.strerror}")
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(ConfigProblem(str(file), "", "expected text in UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(ConfigProblem(str(file), "", f"not valid TOML: {error}")) from None


def _problem(
    error: ErrorDetails, file: Path, variables: Mapping[tuple[str, ...], str]
) -> ConfigProblem:
    kind, steps = _without_kind(error["loc"])
    if error["type"].startswith("union_tag"):  # the error is about the whole source
        steps = (*steps, "kind")
    names = tuple(str(step) for step in steps)
    prefixes = [names[:length] for length in range(len(names), 0, -1)]
    set_by = next((variables[prefix] for prefix in prefixes if prefix in variables), str(file))
    return ConfigProblem(
        set_by, format_path(steps), describe_error(error, _allowed_keys(steps, kind))
    )


def _without_kind(place: tuple[str | int, ...]) -> tuple[str, tuple[str | int, ...]]:
    """Split off the kind; pydantic puts it after the index: ("source", 1, "webhook", "secret")."""
    if place[:1] == ("source",) and len(place) > 2:
        return str(place[2]), place[:2] + place[3:]
    return "", place


def _allowed_keys(steps: tuple[str | int, ...], kind: str) -> Iterable[str]:
    """Return the keys that are allowed at that path; the kinds if a source has no known one."""
    if len(steps) < 2:
        return Config.model_fields
    if steps[0] == "source":
        return KINDS[kind].model_fields if kind else KINDS
    if steps[0] == "topic":
        return TopicSettings.model_fields
    section: Section = Config.model_fields[str(steps[0])].default
    return type(section).model_fields
