"""Execution of an attempt: render its message and make the Bot API call."""

from collections.abc import Callable

import structlog

from bot.delivery.attempt import Attempt, IncidentMessage
from bot.delivery.outcome import Outcome, Rejected
from bot.delivery.render_cache import without_callback_buttons
from bot.delivery.sender import Sender
from storage.inbound.bulletins import StoredBulletin
from storage.subscribers.subscribers import Subscriber
from storage.values.message import MessageContent

log = structlog.get_logger(__name__)

Render = Callable[[StoredBulletin | IncidentMessage, Subscriber], MessageContent]
"""Renders a bulletin or a message about incidents for one subscriber."""


async def execute(attempt: Attempt, sender: Sender, render: Render) -> Outcome:
    """Send or edit the message of an attempt.

    A warning that cannot be merged into an earlier message is sent as a new one.
    """
    try:
        content = _content(attempt, render)
        message = attempt.incident_message
        if message and message.edited_message_id:
            chat_id = attempt.subscriber.chat_id
            outcome = await sender.edit(chat_id, message.edited_message_id, content)
            if attempt.is_edit or not isinstance(outcome, Rejected):
                return outcome
        return await sender.send(attempt.subscriber.target, content, silent=attempt.silent)
    except Exception as error:  # a message that cannot be rendered must not stop the others
        log.exception("message_failed", subscriber=attempt.subscriber.number)
        return Rejected(type(error).__name__)


def _content(attempt: Attempt, render: Render) -> MessageContent:
    source = attempt.incident_message or attempt.payload
    content = source if isinstance(source, MessageContent) else render(source, attempt.subscriber)
    return without_callback_buttons(content) if attempt.is_channel_post else content
