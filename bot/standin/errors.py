"""Telegram's error responses, with their exact wording.

ApiError
+-- BadRequest        400
|   +-- Migrated      400 with migrate_to_chat_id
+-- Unauthorized      401
+-- Forbidden         403
+-- NotFound          404
+-- Conflict          409
+-- TooManyRequests   429 with retry_after

The wordings are those of the Bot API server (github.com/tdlib/telegram-bot-api) and of its
library (github.com/tdlib/td).
"""

from typing import Any


class ApiError(Exception):
    """Response with `ok: false`."""

    status = 500
    prefix = "Internal Server Error"

    def __init__(self, why: str = "", **parameters: int) -> None:
        self.description = f"{self.prefix}: {why}" if why else self.prefix
        self.parameters = parameters
        super().__init__(self.description)

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the response."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class BadRequest(ApiError):  # noqa: N818 - name in HTTP
    """Invalid request."""

    status = 400
    prefix = "Bad Request"


class Migrated(BadRequest):
    """The group was upgraded to a supergroup with another id."""

    def __init__(self, to: int) -> None:
        super().__init__(
            "group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=to,
        )


class Unauthorized(ApiError):  # noqa: N818 - name in HTTP
    """Wrong token."""

    status = 401
    prefix = "Unauthorized"


class Forbidden(ApiError):  # noqa: N818 - name in HTTP
    """No right to write to the chat."""

    status = 403
    prefix = "Forbidden"


class NotFound(ApiError):  # noqa: N818 - name in HTTP
    """Unknown method."""

    status = 404
    prefix = "Not Found"


class Conflict(ApiError):  # noqa: N818 - name in HTTP
    """Concurrent polling, or polling beside a webhook."""

    status = 409
    prefix = "Conflict"


class TooManyRequests(ApiError):  # noqa: N818 - name in HTTP
    """Flood wait: too many messages."""

    status = 429
    prefix = "Too Many Requests"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after}", retry_after=retry_after)


CHAT_NOT_FOUND = "chat not found"
THREAD_NOT_FOUND = "message thread not found"
TOPIC_CLOSED = "TOPIC_CLOSED"
TEXT_EMPTY = "message text is empty"
TEXT_BLANK = "text must be non-empty"
TEXT_TOO_LONG = "message is too long"
CAPTION_TOO_LONG = "message caption is too long"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
BLOCKED = "bot was blocked by the user"
DEACTIVATED = "user is deactivated"
NEVER_STARTED = "bot can't initiate conversation with a user"
SECOND_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_IS_SET = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
