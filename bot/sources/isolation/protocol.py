"""Protocol between the bot and a parser worker: framed requests and answers over two pipes.

A request is a frame REQUEST, JSON with the parser's name and arguments, and a frame BODY, the page.
The answer is any number of frames ITEMS, each a JSON list, and one last frame: END, UNUSABLE with
the message of the error, or DEFECT with its type and line. The bot does not trust an answer.
"""

import struct
from dataclasses import dataclass

from bot.sources.parsing.node_limit import MAX_ENTRIES

HEADER = struct.Struct(">cI")  # kind of the frame and bytes of its content

REQUEST = b"R"
BODY = b"B"
ITEMS = b"I"
END = b"E"
UNUSABLE = b"U"
DEFECT = b"D"

MAX_MESSAGE_LENGTH = 200  # code points of an error


@dataclass(frozen=True)
class ParserLimits:
    """Limits of one page. Parsers limit the elements or values in it: see `parsing.node_limit`."""

    seconds: float = 15.0  # from the request to the last frame
    memory_bytes: int = 512 * 1024 * 1024  # address space of a worker
    input_bytes: int = 16 * 1024 * 1024
    output_bytes: int = 16 * 1024 * 1024  # of all frames
    frame_bytes: int = 1024 * 1024  # a frame of this size is decoded in less than 50 ms
    items: int = MAX_ENTRIES


def frame(kind: bytes, content: bytes) -> bytes:
    """Return a frame for one of the pipes."""
    return HEADER.pack(kind, len(content)) + content
