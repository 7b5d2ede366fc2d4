"""Parser worker: the process that parses pages, one after the other, until its input ends.

The bot kills a worker at its limit of time. The worker limits its own memory, and has a timer in
case the bot is no longer there to kill it.
"""

import os
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import orjson

from bot.sources.core.errors import Unusable
from bot.sources.isolation import protocol
from bot.sources.isolation.protocol import ParserLimits, frame
from bot.sources.parsing.node_limit import check_entry_count
from bot.sources.parsing.page_parser import find_parser

_FRAME_BYTES = 128 * 1024  # a frame ends after the item that passes this size
_NICENESS = 5  # the bot goes first
_ORPHAN_SECONDS = 5.0  # after the limit of time


def main(limits_json: str) -> None:
    """Answer requests from standard input until it ends."""
    limits = ParserLimits(**orjson.loads(limits_json))
    _restrict(limits)
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("r+b") as nothing:  # what a library reads or prints is no frame
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
    while (request := _read_frame(requests)) is not None and (
        body := _read_frame(requests)
    ) is not None:
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + _ORPHAN_SECONDS)
        for part in _answer(request, body, limits):
            answers.write(part)
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)
        del request, body


def _restrict(limits: ParserLimits) -> None:
    """Limit the process's memory, and let it end by the bot only, not by a signal to all."""
    with suppress(ValueError):  # macOS refuses it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICENESS)
    with suppress(OSError):  # if memory runs out, Linux ends this process before the bot
        Path("/proc/self/oom_score_adj").write_text("1000")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _read_frame(requests: BinaryIO) -> bytes | None:
    header = requests.read(protocol.HEADER.size)
    if len(header) < protocol.HEADER.size:
        return None
    _, size = protocol.HEADER.unpack(header)
    content = requests.read(size)
    return content if len(content) == size else None


def _answer(request: bytes, body: bytes, limits: ParserLimits) -> Iterator[bytes]:
    try:
        call = orjson.loads(request)
        items = find_parser(call["parser"]).function(body, *call["arguments"], **call["keywords"])
        yield from _item_frames(items, limits)
    except Unusable as error:
        yield frame(protocol.UNUSABLE, _to_message(str(error)))
    except RecursionError:
        yield frame(protocol.UNUSABLE, b"has elements that are nested too deeply")
    except MemoryError:
        os._exit(1)  # nothing else is certain to work
    except Exception as error:  # noqa: BLE001 - a defect of the parser: the bot reports it
        yield frame(protocol.DEFECT, _to_message(_describe(error)))
    else:
        yield frame(protocol.END, b"")


def _item_frames(items: Sequence[object], limits: ParserLimits) -> Iterator[bytes]:
    check_entry_count(len(items), limits.items)
    encoded: list[bytes] = []
    size = total = 0
    for item in items:
        encoded.append(orjson.dumps(item, default=_to_json))
        size += len(encoded[-1]) + 1
        if size > limits.frame_bytes or total + size > limits.output_bytes:
            raise Unusable("has too much text to read")
        if size > _FRAME_BYTES:
            yield frame(protocol.ITEMS, b"[" + b",".join(encoded) + b"]")
            total += size
            size = 0
            encoded.clear()
    yield frame(protocol.ITEMS, b"[" + b",".join(encoded) + b"]")


def _to_json(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"a page parser returned {type(value).__name__}")


def _to_message(text: str) -> bytes:
    return text[: protocol.MAX_MESSAGE_LENGTH].encode("utf-8", "replace")


def _describe(error: BaseException) -> str:
    """Return type and place of an error, without its text: that may quote the page."""
    step = error.__traceback__
    while step and step.tb_next:
        step = step.tb_next
    file = Path(step.tb_frame.f_code.co_filename).name if step else ""
    return f"{type(error).__name__} in {file}:{step.tb_lineno if step else 0}"


if __name__ == "__main__":
    main(sys.argv[1])
