"""`tocsin check`: tries everything that a run needs, and says what is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Bot
from telegram.error import TelegramError

from bot.app import now
from bot.config import Config
from bot.sources import registry
from bot.sources.adapters.telegram.channel import TelegramChannelSettings
from bot.sources.core.source import Polled, SourceError
from bot.sources.http.client import Fetcher, open_session
from bot.telegram.profile import connected
from storage.engine.database import Database
from storage.migrate import migrate
from storage.subscribers import subscriptions


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    what: str
    ok: bool
    detail: str


async def check(config: Config, token: str, say: Callable[[str], None]) -> bool:
    """Prints a table; whether all is well. Nothing is sent and nothing is pushed."""
    findings = [await _database(config)]
    async with connected(config.telegram, token) as bot:
        findings.append(await _telegram(bot))
        findings += [await _channel(bot, one) for one in registry.channels(config.source)]
    async with open_session(config.sources) as session:
        polled = registry.polled(config.source, Fetcher(session, now), now)
        findings += [await _source(source) for source in polled]
    told = "waits for POST" if config.http.listen else "cannot be reached: http.listen is empty"
    findings += [
        Finding(f"source {one.name}", ok=bool(config.http.listen), detail=told)
        for one in config.source
        if one.kind == "webhook" or (one.kind == "ukrainealarm" and one.webhook_url)
    ]
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        say(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what:<{width}}  {finding.detail}")
    return all(finding.ok for finding in findings)


async def _database(config: Config) -> Finding:
    async def count() -> str:
        database = Database(config.storage.url)
        try:
            await migrate(database)
            async with database.read() as transaction:
                return f"{await subscriptions.count(transaction)} subscriptions"
        finally:
            await database.close()

    return await _try("database", count, Exception)


async def _telegram(bot: Bot) -> Finding:
    async def who() -> str:
        return f"@{(await bot.do_api_request('getMe'))['username']}"

    return await _try("telegram", who, TelegramError)


async def _channel(bot: Bot, source: TelegramChannelSettings) -> Finding:
    async def standing() -> str:
        me = await bot.do_api_request("getMe")
        asked = {"chat_id": source.channel, "user_id": me["id"]}
        status = (await bot.do_api_request("getChatMember", api_kwargs=asked))["status"]
        if status != "administrator":
            raise TelegramError(f"the bot is {status} there; make it an administrator")
        return f"administrator of {source.channel}"

    return await _try(f"source {source.name}", standing, TelegramError)


async def _source(source: Polled) -> Finding:
    async def fetch() -> str:
        return f"{len((await source.fetch(None)).bulletins)} bulletins"

    return await _try(f"source {source.name}", fetch, SourceError)


async def _try(
    what: str, attempt: Callable[[], Awaitable[str]], trouble: type[Exception]
) -> Finding:
    try:
        return Finding(what, ok=True, detail=await attempt())
    except trouble as error:
        return Finding(what, ok=False, detail=f"{type(error).__name__}: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")
