"""Settings that all sources share."""

import re
from abc import ABC, abstractmethod
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from bot.sources.core.source import Clock, PolledSource
from bot.sources.http.client import HttpClient
from storage.settings import Section
from storage.values.durations import Duration, duration_range

_NAME = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)

SOURCE_NAME = "1 to 64 lower-case ASCII letters, digits, _ and -"
"""Description of a valid source name, for error messages."""


def is_source_name(text: str) -> bool:
    """Return True if the text fits the description SOURCE_NAME."""
    return _NAME.fullmatch(text) is not None


def _validate_name(text: str) -> str:
    if not is_source_name(text):
        raise ValueError(SOURCE_NAME)
    return text


SourceName = Annotated[str, AfterValidator(_validate_name)]
"""Name of a source in addresses, logs and the database."""


RegionName = Annotated[str, Field(min_length=1, max_length=200)]
"""Name or code of a country or region; the gazetteer checks it at the start."""


class SourceSettings(Section, frozen=True):
    """Settings of any source: a unique name. A subclass adds its `kind`."""

    properties: ClassVar[frozenset[str]] = frozenset()  # that its bulletins regularly have

    name: SourceName


class PolledSettings(SourceSettings, ABC, frozen=True):
    """Settings of a source that is polled."""

    is_state_source: ClassVar[bool] = False  # True: it lists active alerts instead of events

    every: Annotated[Duration, duration_range("1s", "1d")] = timedelta(seconds=30)
    record: Path | None = None  # folder for recordings, see `recorder`

    @abstractmethod
    def build_source(self, client: HttpClient, clock: Clock) -> PolledSource:
        """Return the source with these settings."""
