"""Settings of Telegram and of delivery."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bot.web_address import WebAddress
from storage.settings import Section
from storage.values.durations import Duration, duration_range

FREE_RATE = 30  # messages a second that cost nothing (core.telegram.org/bots/faq)
PAID_RATE = 1000  # with allow_paid_broadcast (core.telegram.org/bots/api, sendMessage)

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")  # core.telegram.org/bots/api, setWebhook


def _checked_token(token: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("a token from @BotFather: digits, a colon, then letters and digits")
    return token


def _checked_secret_token(token: SecretStr) -> SecretStr:
    if not _SECRET_TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("1 to 256 ASCII letters, digits, _ and -")
    return token


def _without_slash(address: str) -> str:
    return address.rstrip("/")


class TelegramSettings(Section, frozen=True):
    """Section `[telegram]`."""

    token: Annotated[SecretStr, AfterValidator(_checked_token)] | None = None
    api_url: Annotated[WebAddress, AfterValidator(_without_slash)] = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: WebAddress | None = None  # at which Telegram reaches the bot
    secret_token: Annotated[SecretStr, AfterValidator(_checked_secret_token)] | None = None
    admins: tuple[int, ...] = ()  # Telegram user ids of operators
    commands_per_minute: Annotated[int, Field(ge=2)] = 20  # answered for one chat; half as a burst

    @model_validator(mode="after")
    def _require_webhook_settings(self) -> Self:
        if self.mode == "webhook" and not (self.webhook_url and self.secret_token):
            raise ValueError('webhook_url and secret_token, which mode = "webhook" requires')
        return self


class DeliverySettings(Section, frozen=True):
    """Section `[delivery]`."""

    rate: Annotated[int, Field(ge=1, le=PAID_RATE)] = FREE_RATE  # messages a second, all chats
    paid_broadcast: bool = False
    alert_ttl: Annotated[Duration, duration_range("1s", "1d")] = timedelta(minutes=15)
    # Level from which warnings have sound unless a person chose; air-raid alerts always have it.
    sound_from: Literal["green", "yellow", "orange", "red"] = "orange"

    @model_validator(mode="after")
    def _require_paid_broadcast(self) -> Self:
        if self.rate > FREE_RATE and not self.paid_broadcast:
            raise ValueError(f"a rate of at most {FREE_RATE}, or paid_broadcast = true")
        return self
