"""The bot at Telegram: its connections, who it is, and the menu of its commands."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.delivery.http_transport import AiohttpRequest
from bot.delivery.settings import TelegramSettings
from bot.delivery.worker import MOST_IN_DOUBT
from bot.telegram.update_queue import ALLOWED, LONG_POLL_SECONDS
from handlers import registry
from handlers.text.i18n import LANGUAGES, Words

log = structlog.get_logger(__name__)

_CALL_SECONDS = 30.0
_TROUBLE_SECONDS = 10.0


@asynccontextmanager
async def connected(settings: TelegramSettings, token: str) -> AsyncIterator[Bot]:
    """A bot whose calls go through connections of ours. Nothing is asked of Telegram yet."""
    calls = AiohttpRequest(connections=2 * MOST_IN_DOUBT, seconds=_CALL_SECONDS)
    polls = AiohttpRequest(connections=1, seconds=LONG_POLL_SECONDS + _CALL_SECONDS)
    await calls.initialize()
    await polls.initialize()
    try:
        base_url = f"{settings.api_url}/bot"
        yield Bot(token, base_url=base_url, request=calls, get_updates_request=polls)
    finally:
        await calls.shutdown()
        await polls.shutdown()


async def introduce(
    bot: Bot, settings: TelegramSettings, words: Words, named: Callable[[str], None]
) -> None:
    """Asks who we are, until Telegram answers, and sets up how it reaches us and our menu."""
    while True:
        try:
            me = await bot.do_api_request("getMe")
            named(me["username"])
            await _choose_mode(bot, settings)
            await _set_menu(bot, words)
        except InvalidToken:
            log.error("Telegram refuses the token")  # noqa: TRY400 - a traceback would tell nothing
        except TelegramError as error:
            log.warning("Telegram does not answer", why=error.message)
        else:
            log.info("ready", username=me["username"])
            return
        await asyncio.sleep(_TROUBLE_SECONDS)


async def _choose_mode(bot: Bot, settings: TelegramSettings) -> None:
    if settings.mode == "polling":
        await bot.do_api_request("deleteWebhook", api_kwargs={"drop_pending_updates": False})
        return
    secret = settings.secret_token.get_secret_value() if settings.secret_token else None
    webhook = {
        "url": settings.webhook_url,
        "secret_token": secret,
        "allowed_updates": list(ALLOWED),
    }
    await bot.do_api_request("setWebhook", api_kwargs=webhook)


async def _set_menu(bot: Bot, words: Words) -> None:
    """One for each language we speak, and the first of them for everybody else."""
    for language in (None, *(language.code for language in LANGUAGES)):
        voice = words.voice(language or LANGUAGES[0].code)
        commands = [{"command": name, "description": about} for name, about in registry.menu(voice)]
        long, short = registry.introduction(voice)
        for method, parameters in (
            ("setMyCommands", {"commands": commands}),
            ("setMyDescription", {"description": long}),
            ("setMyShortDescription", {"short_description": short}),
        ):
            await bot.do_api_request(method, api_kwargs={**parameters, "language_code": language})
