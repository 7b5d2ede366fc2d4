"""Command-line parser and dispatch of the subcommands of `tocsin`."""

import argparse
import asyncio
import math
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from bot import app
from bot.cli.backup import backup, restore
from bot.cli.check import check
from bot.cli.demo import demo
from bot.cli.explain import ExplainError, explain_lines
from bot.cli.publish import publish
from bot.cli.replay import ReplayCommand
from bot.clock import utc_now
from bot.config import DEFAULT, Config, ConfigError, ConfigProblem, load, token
from bot.language_resources import LanguageResources
from bot.ops import logging_setup
from bot.ops.http_server import ListenError
from bot.ops.redaction import Redactor, find_secrets
from bot.sources import registry
from bot.sources.region_resolver import RegionResolver
from bot.telegram.profile import TokenRefusedError
from matching.explain import Explainer
from matching.places.gazetteer import Gazetteer
from matching.query.errors import QueryError
from storage.engine.database import Database
from storage.maintenance.lease import LeaseHeldElsewhere
from storage.migrate import DatabaseUnusable, translate_database_errors


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code: 2 for a wrong configuration, 1 for other errors."""
    options = parser().parse_args(arguments)
    try:
        code = _run_to_end(options.command(options))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (ListenError, ExplainError, OSError, TokenRefusedError, DatabaseUnusable) as error:
        print(f"tocsin: {error}", file=sys.stderr)
        return 1
    except LeaseHeldElsewhere:
        print("tocsin: another process is running on this database; stop it first", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _run_to_end(command: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop, which saves a tenth of the CPU time of each message sent."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(command)


def parser() -> argparse.ArgumentParser:
    """Return the argument parser. `options.command` is a coroutine function of the options."""
    parser = argparse.ArgumentParser(
        prog="tocsin", description="A Telegram bot for alert notifications."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    about = "try the bot on this machine: no token, no network"
    demo_command = commands.add_parser("demo", help=about)
    demo_command.set_defaults(command=_demo)

    configured = argparse.ArgumentParser(add_help=False)
    configured.add_argument(
        "-c", "--config", type=Path, metavar="FILE", help="configuration file; default: config.toml"
    )

    run_command = commands.add_parser("run", parents=[configured], help="run the bot")
    run_command.set_defaults(command=_run)

    about = "try the configuration, the database, Telegram and every source"
    check_command = commands.add_parser("check", parents=[configured], help=about)
    check_command.set_defaults(command=_check)

    about = "publish a file of bulletins to the running bot"
    publish_command = commands.add_parser("publish", parents=[configured], help=about)
    publish_command.add_argument(
        "--source", default="publish", metavar="NAME", help="name of the source; default: publish"
    )
    publish_command.add_argument(
        "--format",
        choices=("liveblog", "jsonl"),
        default="liveblog",
        help="format of the file; default: liveblog",
    )
    publish_command.add_argument(
        "file", metavar="FILE", help="file to publish; - for standard input"
    )
    publish_command.set_defaults(command=_publish)

    about = "publish a recorded day as if it happened now; subscribers are notified"
    replay_command = commands.add_parser("replay", parents=[configured], help=about)
    replay_command.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="speed factor; default: 1"
    )
    replay_command.add_argument(
        "file", metavar="FILE", help="recording of a source: see `record` in config.example.toml"
    )
    replay_command.set_defaults(command=_replay)

    about = "print what the matcher reads in bulletins given as JSON lines"
    explain_command = commands.add_parser("explain", parents=[configured], help=about)
    explain_command.add_argument(
        "--query",
        action="append",
        default=[],
        metavar="QUERY",
        help="query to evaluate; may be repeated",
    )
    explain_command.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default="-",
        help="file of JSON lines; default: standard input",
    )
    explain_command.set_defaults(command=_explain)

    about = "write the whole database into a file; the bot may be running"
    backup_command = commands.add_parser("backup", parents=[configured], help=about)
    backup_command.add_argument(
        "file", metavar="FILE", type=Path, help="backup file to write; an existing one is replaced"
    )
    backup_command.set_defaults(command=partial(_copy, backup))

    about = "fill a new database, SQLite or PostgreSQL, from a backup file"
    restore_command = commands.add_parser("restore", parents=[configured], help=about)
    restore_command.add_argument("file", metavar="FILE", type=Path, help="backup file to read")
    restore_command.set_defaults(command=partial(_copy, restore))
    return parser


async def _run(options: argparse.Namespace) -> int:
    config, secret = _with_token(options)
    resources = _resources(config, options)
    await app.run(config, secret, resources, stop_on_signal())
    return 0


async def _check(options: argparse.Namespace) -> int:
    config, secret = _with_token(options)
    _resources(config, options)
    redactor = Redactor(find_secrets(config))
    is_good = await check(config, secret, lambda line: print(redactor.redact(line)))
    return 0 if is_good else 1


@asynccontextmanager
async def _opened(options: argparse.Namespace) -> AsyncIterator[Database]:
    """Yield the database alone, for the commands that work beside the running bot."""
    config = load(options.config, os.environ)
    logging_setup.configure_logging(Redactor(find_secrets(config)))
    database = Database(config.storage.url)
    try:
        with translate_database_errors(database):
            yield database
    finally:
        await database.close()


async def _publish(options: argparse.Namespace) -> int:
    async with _opened(options) as database:
        return await publish(
            database,
            options.file,
            source=options.source,
            format=options.format,
            clock=utc_now,
            echo=print,
        )


async def _replay(options: argparse.Namespace) -> int:
    async with _opened(options) as database:
        resolver = RegionResolver(Gazetteer.load(), database)
        replay = ReplayCommand(database, utc_now, asyncio.sleep, resolver.resolve_batch, print)
        return await replay.play(options.file, options.speed)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError("expected a number greater than 0")
    return speed


async def _explain(options: argparse.Namespace) -> int:
    resources = _resources(load(options.config, os.environ), options)
    explainer = Explainer(resources.gazetteer, resources.topics, resources.reader)
    opened = (
        nullcontext(sys.stdin)
        if options.file == "-"
        else Path(options.file).open(encoding="utf-8", errors="surrogateescape")  # noqa: ASYNC230, SIM115 - nothing else runs in this loop
    )
    with opened as lines:
        explain_lines(lines, options.query, explainer, sys.stdout)
    return 0


_Copy = Callable[[Database, Path, Callable[[str], None]], Coroutine[Any, Any, int]]


async def _copy(copy: _Copy, options: argparse.Namespace) -> int:
    async with _opened(options) as database:
        return await copy(database, options.file, print)


async def _demo(_options: argparse.Namespace) -> int:
    await demo(stop_on_signal(), print)
    return 0


def _with_token(options: argparse.Namespace) -> tuple[Config, str]:
    config = load(options.config, os.environ)
    secret = token(config, options.config).get_secret_value()
    logging_setup.configure_logging(Redactor(find_secrets(config)))
    return config, secret


def _resources(config: Config, options: argparse.Namespace) -> LanguageResources:
    where = str(options.config or DEFAULT)
    try:
        resources = LanguageResources.load(config)
    except QueryError as error:
        problem = f"query: {error}; expected a query as /subscribe takes it"
        raise ConfigError(ConfigProblem(where, " ".join(error.__notes__), problem)) from None
    problem = "expected the name or code of a country or region, such as Poland or US-TX"
    unknown = [
        ConfigProblem(where, f"source[{index}].region", problem)
        for index, region in registry.regions(config.source).items()
        if resources.gazetteer.resolve(region) is None
    ]
    if unknown:
        raise ConfigError(*unknown)
    return resources


def stop_on_signal() -> asyncio.Event:
    """Return an event set by SIGINT, SIGTERM or SIGHUP; a second SIGINT ends the process at once.

    SIGHUP comes when the terminal closes. `nohup` has it ignored, and so it stays.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def request_stop() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, request_stop)
    return stop
