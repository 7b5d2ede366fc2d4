"""Conversation driver: feeds raw Telegram updates to the dispatcher and collects its responses."""

import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.classification import read_bulletin
from alerts.stored_readings import pack_reading
from bot.digests.digester import Digester
from bot.digests.pending import PendingReader
from bot.standin.payloads import ADMINISTRATOR_RIGHTS
from handlers.dispatcher import Dispatcher
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import CallbackAnswer, ImmediateCall, MessageEdit
from handlers.messages.bulletin import BulletinRenderer
from handlers.messages.digest import DigestRenderer
from handlers.rate_limit import CommandRateLimiter
from handlers.registry import COMMANDS
from handlers.text.timezones import TimezoneFinder
from matching.index.index import Index, MatchMode
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from storage.engine.database import Database
from storage.inbound import bulletins, readings, update_inbox
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.inbound.update_inbox import PendingUpdate
from storage.outbox import deliveries
from storage.outbox.deliveries import Delivery
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import Subscriber, Target
from storage.subscribers.subscriptions import Subscription
from storage.values.lanes import Lane
from storage.values.message import Button, MessageContent
from support.shared_resources import catalog, gazetteer, reader, topics

NOW = datetime(2023, 2, 14, 9, 30, tzinfo=UTC)
ANN, BEN = 11, 12
GROUP = -100
USERNAME = "tocsin_bot"

Payload = dict[str, Any]


@dataclass(frozen=True)
class Response:
    """Everything the bot sends in response to one update."""

    replies: tuple[MessageContent, ...]
    immediate_calls: tuple[ImmediateCall, ...]

    @property
    def reply(self) -> MessageContent:
        """Return the only reply."""
        (content,) = self.replies
        return content

    @property
    def html(self) -> str:
        """Return the HTML of the only reply."""
        return self.reply.html

    @property
    def edit(self) -> MessageContent:
        """Return the new content of the edited message."""
        (edit,) = [call for call in self.immediate_calls if isinstance(call, MessageEdit)]
        return edit.content

    @property
    def answer(self) -> str:
        """Return the text of the callback answer."""
        (answer,) = [call for call in self.immediate_calls if isinstance(call, CallbackAnswer)]
        return answer.text


def make_digester(database: Database, clock: Callable[[], datetime]) -> Digester:
    """Build a digester as the application does."""
    return Digester(
        database,
        PendingReader(reader(), gazetteer(), topics()),
        DigestRenderer(catalog(), gazetteer(), topics(), BulletinRenderer(catalog(), reader())),
        lambda: None,
        clock,
    )


async def no_administrators(_chat: int) -> frozenset[int]:
    """Return no administrators for every chat."""
    return frozenset()


class ConversationDriver:
    """Application with an inbox, an index and a clock, and the people who write to it."""

    def __init__(
        self,
        database: Database,
        administrators: Callable[[int], Awaitable[frozenset[int]]] = no_administrators,
        places: Gazetteer | None = None,
        quota: int = 100,
        operators: Sequence[int] = (),
        state_sources: Sequence[str] = (),
        rate_limiter: CommandRateLimiter | None = None,
        *,
        bulletin_reader: Reader | None = None,
        unfilled_properties: Mapping[str, tuple[str, ...]] | None = None,
        source_names: Sequence[str] | None = None,
    ) -> None:
        self.database = database
        self.index = Index()
        self.now = NOW
        self.alert_deliveries: list[Delivery] = []  # sent in the alert lane
        self._ids = itertools.count(1)
        places = places or gazetteer()
        self.dispatcher = Dispatcher(
            database,
            HandlerContext(
                catalog=catalog(),
                gazetteer=places,
                topics=topics(),
                reader=bulletin_reader or reader(),
                bulletin_renderer=BulletinRenderer(catalog(), bulletin_reader or reader()),
                timezones=TimezoneFinder(places),
                commands=COMMANDS,
                subscription_quota=quota,
                operator_ids=frozenset(operators),
                state_sources=frozenset(state_sources),
                unfilled_properties=unfilled_properties or {},
                source_names=None if source_names is None else frozenset(source_names),
            ),
            self.index,
            clock=lambda: self.now,
            fetch_administrators=administrators,
            rate_limiter=rate_limiter,
            username=USERNAME,
        )

    async def send(self, text: str, *, user: int = ANN, language: str = "en") -> Response:
        """Send a text in private."""
        return await self.receive(message=private_message(text, user=user, language=language))

    async def send_in_group(
        self, text: str, *, user: int = ANN, thread: int | None = None, anonymous: bool = False
    ) -> Response:
        """Send a text in GROUP."""
        return await self.receive(
            message=group_message(text, user=user, thread=thread, anonymous=anonymous)
        )

    async def press(self, data: str, *, user: int = ANN, under: Payload | None = None) -> Response:
        """Press a button; `under`: the bot's message with it, by default one in private."""
        message = under or private_message("a message of the bot", user=user)
        message = {**message, "message_id": 77, "from": bot_payload()}
        return await self.receive(
            callback_query={
                "id": f"call-{next(self._ids)}",
                "from": user_payload(user, "en"),
                "chat_instance": "1",
                "data": data,
                "message": message,
            }
        )

    async def receive(self, **payload: object) -> Response:
        """Process an update with these fields."""
        update = {"update_id": next(self._ids), **payload}
        return await self.process_update(update)

    async def process_update(self, update: Payload) -> Response:
        """Store an update in the inbox, process it and collect the response."""
        async with self.database.write() as transaction:
            await update_inbox.enqueue(transaction, [update], self.now)
        immediate_calls = await self.dispatcher.process(PendingUpdate(update["update_id"], update))
        return Response(await self._take_due_replies(), immediate_calls)

    async def change_membership(self, chat: Payload, status: str, **fields: Any) -> Response:
        """Block, unblock, add or remove the bot; `fields` as in `membership_update`."""
        return await self.receive(my_chat_member=membership_update(chat, status, **fields))

    async def waiting_updates(self) -> list[int]:
        """Return the ids of the updates that are not completed."""
        async with self.database.read() as transaction:
            return [
                waiting.update_id
                for waiting in await update_inbox.next_waiting(
                    transaction, limit=100, excluded_ids=[]
                )
            ]

    async def publish(self, title: str, text: str = "", **fields: Any) -> StoredBulletin:
        """Store a bulletin."""
        key = f"k{next(self._ids)}"
        bulletin = Bulletin(source="blog", key=key, title=title, text=text, received_at=self.now)
        async with self.database.write() as transaction:
            stored = await bulletins.add(transaction, replace(bulletin, **fields))
            reading = read_bulletin(reader(), stored)
            await readings.put(transaction, [pack_reading(reader(), stored, reading)])
        return stored

    async def find_subscriber(self, chat: int = ANN, thread: int = 0) -> Subscriber | None:
        """Return the subscriber of a chat or forum topic, or None."""
        async with self.database.read() as transaction:
            return await subscribers.find(transaction, Target(chat, thread))

    async def get_subscriber(self, chat: int = ANN, thread: int = 0) -> Subscriber:
        """Return the subscriber of a chat or forum topic, which must exist."""
        subscriber = await self.find_subscriber(chat, thread)
        assert subscriber is not None
        return subscriber

    async def get_subscriptions(self, chat: int = ANN, thread: int = 0) -> list[Subscription]:
        """Return the subscriptions of a chat or forum topic; none if it is not a subscriber."""
        subscriber = await self.find_subscriber(chat, thread)
        if subscriber is None:
            return []
        async with self.database.read() as transaction:
            return await subscriptions.of(transaction, subscriber.number)

    def match_modes(self, title: str, text: str = "") -> set[str]:
        """Return the modes, such as "audible" or "silent", in which subscriptions match a text."""
        matches = self.index.match(reader().read(title, text))
        names = [mode.name.lower() for mode in MatchMode]
        return {name for name in names if len(getattr(matches, name)) > 0}

    def match_audible(self, title: str) -> list[int]:
        """Return the numbers of the subscribers who match with sound."""
        return list(self.index.match(reader().read(title, "")).audible)

    async def _take_due_replies(self) -> tuple[MessageContent, ...]:
        async with self.database.write() as transaction:
            horizon = self.now + timedelta(seconds=1)
            due = [
                delivery
                for lane in Lane
                for delivery in await deliveries.list_due(transaction, lane, horizon, limit=100)
            ]
            await deliveries.complete(transaction, [delivery.id for delivery in due])
        assert {delivery.lane for delivery in due} <= {Lane.REPLY, Lane.ALERT}
        self.alert_deliveries += [delivery for delivery in due if delivery.lane is Lane.ALERT]
        replies = [delivery.content for delivery in due if delivery.lane is Lane.REPLY]
        return tuple(content for content in replies if content is not None)


def user_payload(user: int, language: str) -> Payload:
    """Return Telegram's object of a person."""
    return {"id": user, "is_bot": False, "first_name": "Somebody", "language_code": language}


def bot_payload() -> Payload:
    """Return Telegram's object of the bot."""
    return {"id": 1, "is_bot": True, "first_name": "Tocsin", "username": USERNAME}


def private_message(text: str, *, user: int = ANN, language: str = "en") -> Payload:
    """Return a message in a private chat."""
    return {
        "message_id": 5,
        "date": int(NOW.timestamp()),
        "chat": {"id": user, "type": "private", "first_name": "Somebody"},
        "from": user_payload(user, language),
        "text": text,
    }


def group_message(
    text: str, *, user: int = ANN, thread: int | None = None, anonymous: bool = False
) -> Payload:
    """Return a message in GROUP; `thread`: a forum topic; `anonymous`: sent as the group itself."""
    message = private_message(text, user=user)
    message["chat"] = {"id": GROUP, "type": "supergroup", "title": "Neighbours"}
    if thread is not None:
        message |= {"message_thread_id": thread, "is_topic_message": True}
    if anonymous:
        message["sender_chat"] = message["chat"]
        message["from"] = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    return message


def membership_update(
    chat: Payload, status: str, *, before: str = "left", user: int = ANN, language: str = "en"
) -> Payload:
    """Return the `my_chat_member` update for the bot blocked, unblocked, added or removed."""
    return {
        "chat": chat,
        "from": user_payload(user, language),
        "date": int(NOW.timestamp()),
        "old_chat_member": _member_payload(before),
        "new_chat_member": _member_payload(status),
    }


def _member_payload(status: str) -> Payload:
    payload: Payload = {"user": bot_payload(), "status": status}
    if status == "kicked":
        payload["until_date"] = 0
    if status == "administrator":
        payload |= dict.fromkeys(ADMINISTRATOR_RIGHTS, False)
    return payload


def button_data(content: MessageContent, label: str) -> str:
    """Return the callback data of the button whose label contains a text."""
    matching = [button.data for button in _buttons(content) if label in button.label]
    assert matching, f"no button {label!r} among {button_labels(content)}"
    assert matching[0] is not None
    return matching[0]


def button_labels(content: MessageContent) -> Sequence[str]:
    """Return the labels of all buttons."""
    return [button.label for button in _buttons(content)]


def _buttons(content: MessageContent) -> list[Button]:
    return [button for row in content.buttons for button in row]
