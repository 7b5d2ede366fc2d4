"""Profile of the bot: its connections, its username, its webhook and its command menu."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.delivery.http_transport import AiohttpRequest
from bot.delivery.settings import TelegramSettings
from bot.delivery.worker import MAX_IN_DOUBT_LIMIT
from bot.telegram.update_poller import ALLOWED_UPDATES, READ_TIMEOUT_SECONDS
from handlers import registry
from handlers.text.i18n import LANGUAGES, Catalog

log = structlog.get_logger(__name__)

_CALL_SECONDS = 30.0
_RETRY_SECONDS = 10.0


class TokenRefusedError(Exception):
    """Telegram does not know the bot's token."""


@asynccontextmanager
async def open_bot(settings: TelegramSettings, token: str) -> AsyncIterator[Bot]:
    """Yield a Bot with its own HTTP connections. No call is made yet."""
    calls = AiohttpRequest(connections=2 * MAX_IN_DOUBT_LIMIT, timeout_seconds=_CALL_SECONDS)
    polls = AiohttpRequest(connections=1, timeout_seconds=READ_TIMEOUT_SECONDS)
    await calls.initialize()
    await polls.initialize()
    try:
        base_url = f"{settings.api_url}/bot"
        yield Bot(token, base_url=base_url, request=calls, get_updates_request=polls)
    finally:
        await calls.shutdown()
        await polls.shutdown()


async def set_up_profile(
    bot: Bot, settings: TelegramSettings, catalog: Catalog, on_username: Callable[[str], None]
) -> None:
    """Set webhook or polling mode and the command menu; retry until Telegram answers.

    `on_username` gets the username that getMe returns. Raises TokenRefusedError.
    """
    while True:
        try:
            me = await bot.do_api_request("getMe")
            on_username(me["username"])
            await _choose_mode(bot, settings)
            await _set_command_menu(bot, catalog)
        except InvalidToken:
            raise TokenRefusedError(
                "Telegram rejects the token: check telegram.token, or get a new one from @BotFather"
            ) from None
        except TelegramError as error:
            log.warning("telegram_unreachable", error=error.message)
        else:
            log.info("ready", username=me["username"])
            return
        await asyncio.sleep(_RETRY_SECONDS)


async def _choose_mode(bot: Bot, settings: TelegramSettings) -> None:
    if settings.mode == "polling":
        await bot.do_api_request("deleteWebhook", api_kwargs={"drop_pending_updates": False})
        return
    secret = settings.secret_token.get_secret_value() if settings.secret_token else None
    webhook = {
        "url": settings.webhook_url,
        "secret_token": secret,
        "allowed_updates": list(ALLOWED_UPDATES),
    }
    await bot.do_api_request("setWebhook", api_kwargs=webhook)


async def _set_command_menu(bot: Bot, catalog: Catalog) -> None:
    """Set the menu for each language of the catalog, and the first one as the default."""
    for language in (None, *(language.code for language in LANGUAGES)):
        translator = catalog.translator(language or LANGUAGES[0].code)
        commands = [
            {"command": name, "description": about}
            for name, about in registry.bot_commands(translator)
        ]
        long, short = registry.bot_descriptions(translator)
        for method, parameters in (
            ("setMyCommands", {"commands": commands}),
            ("setMyDescription", {"description": long}),
            ("setMyShortDescription", {"short_description": short}),
        ):
            await bot.do_api_request(method, api_kwargs={**parameters, "language_code": language})
