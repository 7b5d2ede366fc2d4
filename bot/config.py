"""Reads the configuration, a TOML file and the environment, and gathers all that is set."""

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

from bot.config_environment import Misplaced, overlay
from bot.delivery.settings import DeliverySettings, TelegramSettings
from bot.ops.http_server import HttpSettings
from bot.sources.base.validation_messages import expected, path
from bot.sources.http.client import SourcesSettings
from bot.sources.registry import KINDS, AnySource
from storage.settings import RetentionSettings, Section, StorageSettings

DEFAULT = Path("config.toml")

_TOPIC_NAME = re.compile(r"\w{1,64}")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the configuration. Never holds a value: it may be a secret."""

    where: str  # the file, or the environment variable
    key: str  # dotted: "source[1].url"; "" is the whole file
    what: str  # what is wrong, and what was expected

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.key, self.what) if part)


class ConfigError(Exception):
    """All that is wrong, a line each."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def _topic_name(name: str) -> str:
    if not _TOPIC_NAME.fullmatch(name):
        raise ValueError("letters, digits and _, as after # in a query")
    return name


class TopicSettings(Section, frozen=True):
    """`[[topic]]`: adds to the topics that are built in, or replaces one."""

    name: Annotated[str, AfterValidator(_topic_name)]
    query: Annotated[str, Field(min_length=1)]


_Named = TypeVar("_Named", tuple[AnySource, ...], tuple[TopicSettings, ...])


class Config(Section, frozen=True):
    """All an operator sets. What is not set is as a newcomer needs it."""

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
    def _names_of_their_own(cls, tables: _Named) -> _Named:
        counts = Counter(table.name for table in tables)
        if twice := [name for name, count in counts.items() if count > 1]:
            raise ValueError(f"names of their own; twice there: {', '.join(twice)}")
        return tables

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.telegram.mode == "webhook" and not self.http.listen:
            raise ValueError('http.listen with telegram.mode = "webhook"')
        return self


def load(file: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration; without a file `config.toml` is read where there is one.

    Raises ConfigError.
    """
    table = _read(file or DEFAULT, needed=file is not None)
    try:
        variables = overlay(table, environ)
    except Misplaced as error:
        raise ConfigError(Problem(error.variable, error.key, error.what)) from None
    try:
        return Config.model_validate(table)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise ConfigError(*(_problem(one, file or DEFAULT, variables) for one in details)) from None


def token(config: Config, file: Path | None) -> SecretStr:
    """Telegram's token, for the commands that cannot do without. Raises ConfigError."""
    if config.telegram.token is None:
        what = "is missing; expected a token from @BotFather here or in TOCSIN_TELEGRAM__TOKEN"
        raise ConfigError(Problem(str(file or DEFAULT), "telegram.token", what))
    return config.telegram.token


def _read(file: Path, *, needed: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except FileNotFoundError:
        if needed:
            raise ConfigError(Problem(str(file), "", "there is no such file")) from None
        return {}
    except OSError as error:
        raise ConfigError(Problem(str(file), "", f"cannot be read: {error.strerror}")) from None
    except UnicodeDecodeError:
        raise ConfigError(Problem(str(file), "", "expected text in UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(Problem(str(file), "", f"is no TOML: {error}")) from None


def _problem(error: ErrorDetails, file: Path, variables: Mapping[tuple[str, ...], str]) -> Problem:
    kind, steps = _without_kind(error["loc"])
    if error["type"].startswith("union_tag"):  # said of the source as a whole
        steps = (*steps, "kind")
    written = tuple(str(step) for step in steps)
    prefixes = [written[:length] for length in range(len(written), 0, -1)]
    set_by = next((variables[prefix] for prefix in prefixes if prefix in variables), str(file))
    return Problem(set_by, path(steps), expected(error, _known(steps, kind)))


def _without_kind(place: tuple[str | int, ...]) -> tuple[str, tuple[str | int, ...]]:
    """Pydantic puts the kind of a source behind its number: ("source", 1, "webhook", "secret")."""
    if place[:1] == ("source",) and len(place) > 2:
        return str(place[2]), place[:2] + place[3:]
    return "", place


def _known(steps: tuple[str | int, ...], kind: str) -> Iterable[str]:
    """The keys that may stand at that place."""
    if len(steps) < 2:
        return Config.model_fields
    if steps[0] == "source":
        return KINDS[kind].model_fields if kind else ()
    if steps[0] == "topic":
        return TopicSettings.model_fields
    section: Section = Config.model_fields[str(steps[0])].default
    return type(section).model_fields
