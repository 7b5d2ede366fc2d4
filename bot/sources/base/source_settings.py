"""What every source is told by its operator."""

import re
from abc import ABC, abstractmethod
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from bot.sources.core.source import Clock, Polled
from bot.sources.http.client import Fetcher
from bot.sources.http.ssrf_guard import is_web_address
from storage.settings import Section
from storage.values.durations import Duration, between


def _address(text: str) -> str:
    if not is_web_address(text):
        raise ValueError("an address that begins with http:// or https://")
    return text


WebAddress = Annotated[str, AfterValidator(_address)]

_NAME = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)


SOURCE_NAME = "up to 64 small letters of English, digits, _ and -"


def is_source_name(text: str) -> bool:
    """Whether it is SOURCE_NAME."""
    return _NAME.fullmatch(text) is not None


def _name(text: str) -> str:
    if not is_source_name(text):
        raise ValueError(SOURCE_NAME)
    return text


SourceName = Annotated[str, AfterValidator(_name)]
"""It stands in addresses, logs and the database."""


class SourceSettings(Section, frozen=True):
    """Every source has a name of its own. A subclass adds its `kind`."""

    name: SourceName


class PolledSettings(SourceSettings, ABC, frozen=True):
    """A source that is asked again and again."""

    every: Annotated[Duration, between("1s", "1d")] = timedelta(seconds=30)
    record: Path | None = None  # a folder: what it says is kept there, see `recording`

    @abstractmethod
    def source(self, fetcher: Fetcher, clock: Clock) -> Polled:
        """The source that is set so."""
