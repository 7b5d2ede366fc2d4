"""The command line: `tocsin demo`, `run`, `check` and `publish`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import app, logs
from bot.check import check
from bot.config import DEFAULT, Config, ConfigError, Problem, load, token
from bot.demo import demo
from bot.http import CannotListen
from bot.publish import publish
from matching.errors import QueryError
from storage.database import Database
from storage.lease import HeldElsewhere
from storage.migrate import Unusable


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 2 for a wrong configuration, 1 for other trouble."""
    options = _parser().parse_args(arguments)
    try:
        code: int = asyncio.run(options.command(options))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (CannotListen, Unusable) as error:
        print(f"tocsin: {error}", file=sys.stderr)
        return 1
    except HeldElsewhere:
        print("tocsin: another process runs on this database", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tocsin", description=app.__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    playing = commands.add_parser("demo", help="try it here: no token, no network")
    playing.set_defaults(command=_demo)

    for name, command, about in (
        ("run", _run, "run the bot"),
        ("check", _check, "try the configuration, the database, Telegram and every source"),
        ("publish", _publish, "put bulletins into a running installation"),
    ):
        sub = commands.add_parser(name, help=about)
        sub.add_argument("-c", "--config", type=Path, metavar="FILE", help="instead of config.toml")
        sub.set_defaults(command=command)

    sub.add_argument("--source", default="publish", help="the name the bulletins go under")
    sub.add_argument("--format", choices=("liveblog", "jsonl"), default="liveblog")
    sub.add_argument("file", metavar="FILE", help="what to publish; - is standard input")
    return parser


async def _run(options: argparse.Namespace) -> int:
    config, secret = _with_token(options)
    await app.run(config, secret, _language(config, options), _stop_on_signal())
    return 0


async def _check(options: argparse.Namespace) -> int:
    config, secret = _with_token(options)
    _language(config, options)
    return 0 if await check(config, secret, print) else 1


async def _publish(options: argparse.Namespace) -> int:
    config = load(options.config, os.environ)
    logs.set_up(())
    database = Database(config.storage.url)
    try:
        return await publish(
            database,
            options.file,
            source=options.source,
            format=options.format,
            clock=app.now,
            say=print,
        )
    finally:
        await database.close()


async def _demo(_options: argparse.Namespace) -> int:
    await demo(_stop_on_signal(), print)
    return 0


def _with_token(options: argparse.Namespace) -> tuple[Config, str]:
    config = load(options.config, os.environ)
    secret = token(config, options.config).get_secret_value()
    logs.set_up([secret])
    return config, secret


def _language(config: Config, options: argparse.Namespace) -> app.Language:
    try:
        return app.Language.load(config)
    except QueryError as error:
        where = str(options.config or DEFAULT)
        what = f"query: {error}; expected one as /subscribe takes it"
        raise ConfigError(Problem(where, " ".join(("topic", *error.__notes__)), what)) from None


def _stop_on_signal() -> asyncio.Event:
    """Set by Ctrl-C or a service manager's SIGTERM; the second Ctrl-C ends at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
    return stop


if __name__ == "__main__":
    sys.exit(main())
