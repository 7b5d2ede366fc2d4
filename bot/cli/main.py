"""The command line: `tocsin demo`, `run`, `check`, `publish` and what else there is."""

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
from bot.cli.replay import Replay
from bot.config import DEFAULT, Config, ConfigError, Problem, load, token
from bot.language_resources import Knowledge
from bot.ops import logging_setup
from bot.ops.http_server import CannotListen
from bot.sources.region_resolver import Locator
from matching.explain import Explainer
from matching.places.gazetteer import Gazetteer
from matching.query.errors import QueryError
from storage.engine.database import Database
from storage.maintenance.lease import HeldElsewhere
from storage.migrate import Unusable, in_words


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 2 for a wrong configuration, 1 for other trouble."""
    options = parser().parse_args(arguments)
    try:
        code = _run_to_end(options.command(options))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (CannotListen, ExplainError, OSError, Unusable) as error:
        print(f"tocsin: {error}", file=sys.stderr)
        return 1
    except HeldElsewhere:
        print("tocsin: another process runs on this database", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _run_to_end(command: Coroutine[Any, Any, int]) -> int:
    """On uvloop, which takes a tenth off every message sent."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(command)


def parser() -> argparse.ArgumentParser:
    """Of the arguments: each command is a coroutine function of what was parsed."""
    whole = argparse.ArgumentParser(prog="tocsin", description="A Telegram bot that rings.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    playing = commands.add_parser("demo", help="try it here: no token, no network")
    playing.set_defaults(command=_demo)

    configured = argparse.ArgumentParser(add_help=False)
    configured.add_argument(
        "-c", "--config", type=Path, metavar="FILE", help="instead of config.toml"
    )

    running = commands.add_parser("run", parents=[configured], help="run the bot")
    running.set_defaults(command=_run)

    about = "try the configuration, the database, Telegram and every source"
    checking = commands.add_parser("check", parents=[configured], help=about)
    checking.set_defaults(command=_check)

    about = "put bulletins into a running installation"
    publishing = commands.add_parser("publish", parents=[configured], help=about)
    publishing.add_argument("--source", default="publish", help="the name they go under")
    publishing.add_argument("--format", choices=("liveblog", "jsonl"), default="liveblog")
    publishing.add_argument("file", metavar="FILE", help="what to publish; - is standard input")
    publishing.set_defaults(command=_publish)

    about = "play a recorded day into a running installation; it rings whoever follows it"
    replaying = commands.add_parser("replay", parents=[configured], help=about)
    replaying.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="so many times as fast as it was"
    )
    replaying.add_argument("file", metavar="FILE", help="as a source with `record` writes it")
    replaying.set_defaults(command=_replay)

    about = "say what is read in bulletins given as JSON lines: why did this not ring?"
    explaining = commands.add_parser("explain", parents=[configured], help=about)
    explaining.add_argument(
        "--query", action="append", default=[], metavar="Q", help="does it hold? may be repeated"
    )
    explaining.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="without one: standard input"
    )
    explaining.set_defaults(command=_explain)

    about = "write everything that is stored into a file; the bot may run meanwhile"
    saving = commands.add_parser("backup", parents=[configured], help=about)
    saving.add_argument("file", metavar="FILE", type=Path, help="it is replaced when it is there")
    saving.set_defaults(command=partial(_copy, backup))

    about = "fill a new database from such a file, SQLite or PostgreSQL"
    restoring = commands.add_parser("restore", parents=[configured], help=about)
    restoring.add_argument("file", metavar="FILE", type=Path, help="what backup wrote")
    restoring.set_defaults(command=partial(_copy, restore))
    return whole


async def _run(options: argparse.Namespace) -> int:
    config, secret = _with_token(options)
    knowledge = _knowledge(config, options)
    await app.run(config, secret, knowledge, _stop_on_signal())
    return 0


async def _check(options: argparse.Namespace) -> int:
    config, secret = _with_token(options)
    _knowledge(config, options)
    return 0 if await check(config, secret, print) else 1


@asynccontextmanager
async def _opened(options: argparse.Namespace) -> AsyncIterator[Database]:
    """The database alone, for the commands that work beside the bot."""
    database = Database(load(options.config, os.environ).storage.url)
    logging_setup.set_up(())
    try:
        with in_words(database):
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
            clock=app.now,
            say=print,
        )


async def _replay(options: argparse.Namespace) -> int:
    async with _opened(options) as database:
        locator = Locator(Gazetteer.load(), database)
        replay = Replay(database, app.now, asyncio.sleep, locator.located, print)
        return await replay.play(options.file, options.speed)


def _speed(written: str) -> float:
    try:
        speed = float(written)
    except ValueError:
        speed = 0.0
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError("expected a number above 0")
    return speed


async def _explain(options: argparse.Namespace) -> int:
    knowledge = _knowledge(load(options.config, os.environ), options)
    explainer = Explainer(knowledge.gazetteer, knowledge.topics, knowledge.reader)
    opened = (
        nullcontext(sys.stdin)
        if options.file == "-"
        else Path(options.file).open(encoding="utf-8", errors="surrogateescape")  # noqa: ASYNC230, SIM115 - nothing else runs
    )
    with opened as lines:
        explain_lines(lines, options.query, explainer, sys.stdout)
    return 0


_Copy = Callable[[Database, Path, Callable[[str], None]], Coroutine[Any, Any, int]]


async def _copy(copy: _Copy, options: argparse.Namespace) -> int:
    async with _opened(options) as database:
        return await copy(database, options.file, print)


async def _demo(_options: argparse.Namespace) -> int:
    await demo(_stop_on_signal(), print)
    return 0


def _with_token(options: argparse.Namespace) -> tuple[Config, str]:
    config = load(options.config, os.environ)
    secret = token(config, options.config).get_secret_value()
    logging_setup.set_up([secret])
    return config, secret


def _knowledge(config: Config, options: argparse.Namespace) -> Knowledge:
    try:
        return Knowledge.load(config)
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
