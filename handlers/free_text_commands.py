"""Free-text commands: free text in a private chat that is a command without its slash.

`pause for 2 hours` is one; it must have an argument that the command understands, as the word alone
may be a question.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from handlers.commands.pause import read_pause
from handlers.commands.quiet import read_hours
from handlers.framework.handler_context import HandlerContext
from handlers.telegram.events import Message
from handlers.text.any_language import parse_in_any_language
from handlers.text.i18n import LANGUAGES, Translator
from handlers.text.schedule_text import parse_schedule_text
from storage.subscribers.subscribers import ChatKind

_MAX_LENGTH = 60  # code points

_COMMANDS: dict[str, tuple[str, Callable[[str, Translator], object]]] = {
    "pause": ("read-command-pause", read_pause),
    "quiet": ("read-command-quiet", read_hours),
    "digest": ("read-command-digest", parse_schedule_text),
}
"""Commands, each with the text key of the words for it and the parser of its argument."""


def read_free_text_command(message: Message, context: HandlerContext) -> Message:
    """Return the message as the command that its text is; unchanged if it is none."""
    is_free_text = message.command is None and not (
        message.callback_query or message.location or message.file_name
    )
    if not is_free_text or message.kind is not ChatKind.PRIVATE or len(message.text) > _MAX_LENGTH:
        return message
    translators = [context.catalog.translator(language.code) for language in LANGUAGES]
    for name, (key, parse) in _COMMANDS.items():
        words = {
            word.strip() for translator in translators for word in translator.text(key).split(",")
        }
        pattern = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        match = re.fullmatch(rf"(?:{pattern})[:,]?\s+(.+?)[.!]?", message.text, re.IGNORECASE)
        if match and _is_understood(parse, match[1], translators[0]):
            return replace(message, command=name, text=match[1], multiline_text=match[1])
    return message


def _is_understood(
    parse: Callable[[str, Translator], object], text: str, translator: Translator
) -> bool:
    try:
        parse_in_any_language(parse, text, translator)
    except ValueError:
        return False
    return True
