"""Attempt runner: render an attempt's message and make the Bot API call."""

from collections.abc import Callable

import structlog

from bot.delivery.attempt import Attempt, IncidentMessage
from bot.delivery.outcome import Outcome, Rejected, Sent
from bot.delivery.render_cache import without_callback_buttons
from bot.delivery.sender import Sender
from bot.delivery.shown_messages import ShownMessages
from handlers.messages.place_distance import FollowedCircle
from storage.inbound.bulletins import StoredBulletin
from storage.subscribers.subscribers import Subscriber
from storage.values.message import MessageContent

log = structlog.get_logger(__name__)

Render = Callable[
    [StoredBulletin | IncidentMessage, Subscriber, tuple[FollowedCircle, ...]], MessageContent
]
"""Renders a bulletin or a message about incidents for one subscriber, who follows circles."""


async def run_attempt(
    attempt: Attempt, sender: Sender, render: Render, shown: ShownMessages
) -> Outcome:
    """Send or edit the message of an attempt.

    A warning that cannot be merged into an earlier message is sent as a new one. `shown` records
    what a message about an alert shows from now on.
    """
    try:
        content = _content(attempt, render)
        outcome = await _call(attempt, content, sender, shown)
    except Exception as error:  # a message that cannot be rendered must not stop the others
        log.exception("message_failed", subscriber=attempt.subscriber.number)
        return Rejected(type(error).__name__)
    if attempt.incident_message and isinstance(outcome, Sent) and outcome.message_id is not None:
        shown.record(attempt.subscriber.chat_id, outcome.message_id, content)
    return outcome


def is_already_shown(attempt: Attempt, render: Render, shown: ShownMessages) -> bool:
    """Return whether the attempt is an edit that would change nothing."""
    message = attempt.incident_message
    if message is None or message.edited_message_id is None or not attempt.is_edit:
        return False
    try:
        content = _content(attempt, render)
    except Exception:  # noqa: BLE001 - `run_attempt` reports it
        return False
    return shown.shows(attempt.subscriber.chat_id, message.edited_message_id, content)


async def _call(
    attempt: Attempt, content: MessageContent, sender: Sender, shown: ShownMessages
) -> Outcome:
    message, chat_id = attempt.incident_message, attempt.subscriber.chat_id
    if message and message.edited_message_id:
        shown.forget(chat_id, message.edited_message_id)
        outcome = await sender.edit(chat_id, message.edited_message_id, content)
        if attempt.is_edit or not isinstance(outcome, Rejected):
            return outcome
    return await sender.send(attempt.subscriber.target, content, silent=attempt.silent)


def _content(attempt: Attempt, render: Render) -> MessageContent:
    source = attempt.incident_message or attempt.payload
    if isinstance(source, MessageContent):
        content = source
    else:
        content = render(source, attempt.subscriber, attempt.circles)
    return without_callback_buttons(content) if attempt.is_channel_post else content
