"""What the bot says of its own accord about a chat. Pure: values in, values out."""

from handlers.text.i18n import Voice
from storage.values.message import Content


def topic_lost(voice: Voice) -> Content:
    """To a group, of a topic that cannot be written to."""
    return Content(voice.say("topic-lost"))
