"""`tocsin check`: tries the configuration, the database, Telegram and every source."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.clock import utc_now
from bot.config import Config
from bot.sources import registry
from bot.sources.adapters.telegram.channel import TelegramChannelSettings
from bot.sources.core.errors import SourceError
from bot.sources.core.source import PolledSource
from bot.sources.http.client import HttpClient, open_session
from bot.telegram.profile import open_bot
from storage.engine.database import Database
from storage.maintenance.lease import is_leased
from storage.migrate import DatabaseUnusable, migrate
from storage.subscribers import subscriptions


@dataclass(frozen=True)
class CheckResult:
    """Line of the table."""

    subject: str
    is_ok: bool
    detail: str


async def check(config: Config, token: str, echo: Callable[[str], None]) -> bool:
    """Print a table of results, and return whether all are good. No message is sent."""
    results = [await _check_database(config)]
    async with open_bot(config.telegram, token) as bot:
        results.append(await _check_telegram(bot))
        results += [
            await _check_channel(bot, channel)
            for channel in registry.telegram_channels(config.source)
        ]
    async with open_session(config.sources) as session:
        polled = registry.polled_sources(config.source, HttpClient(session, utc_now), utc_now)
        results += [await _check_source(source) for source in polled]
    webhook_detail = (
        "accepts POST requests" if config.http.listen else "cannot be reached: set http.listen"
    )
    results += [
        CheckResult(f"source {source.name}", is_ok=bool(config.http.listen), detail=webhook_detail)
        for source in config.source
        if source.kind == "webhook" or (source.kind == "ukrainealarm" and source.webhook_url)
    ]
    width = max(len(result.subject) for result in results)
    for result in results:
        echo(f"{'ok  ' if result.is_ok else 'FAIL'}  {result.subject:<{width}}  {result.detail}")
    return all(result.is_ok for result in results)


async def _check_database(config: Config) -> CheckResult:
    async def count() -> str:
        database = Database(config.storage.url)
        try:
            if not await is_leased(database):  # else the running bot has migrated it
                await migrate(database)
            async with database.read() as transaction:
                return f"{await subscriptions.count(transaction)} subscriptions"
        finally:
            await database.close()

    return await _attempt("database", count, Exception)


async def _check_telegram(bot: Bot) -> CheckResult:
    async def username() -> str:
        return f"@{(await bot.do_api_request('getMe'))['username']}"

    return await _attempt("telegram", username, TelegramError)


async def _check_channel(bot: Bot, source: TelegramChannelSettings) -> CheckResult:
    async def membership() -> str:
        me = await bot.do_api_request("getMe")
        parameters = {"chat_id": source.channel, "user_id": me["id"]}
        status = (await bot.do_api_request("getChatMember", api_kwargs=parameters))["status"]
        if status != "administrator":
            raise TelegramError(f"the bot is not an administrator there ({status}); make it one")
        return f"administrator of {source.channel}"

    return await _attempt(f"source {source.name}", membership, TelegramError)


async def _check_source(source: PolledSource) -> CheckResult:
    async def fetch() -> str:
        return f"{len((await source.fetch(None)).bulletins)} bulletins"

    return await _attempt(f"source {source.name}", fetch, SourceError)


async def _attempt(
    subject: str, attempt: Callable[[], Awaitable[str]], expected_error: type[Exception]
) -> CheckResult:
    try:
        return CheckResult(subject, is_ok=True, detail=await attempt())
    except expected_error as error:
        return CheckResult(subject, is_ok=False, detail=_describe(error))


def _describe(error: Exception) -> str:
    """Return the first line of an error, with its class unless the message is for operators."""
    if isinstance(error, InvalidToken):
        return "Telegram rejects the token: check telegram.token"
    line = next(iter(str(error).splitlines()), "")
    if line and isinstance(error, (DatabaseUnusable, SourceError, TelegramError)):
        return line
    return f"{type(error).__name__}: {line}"
