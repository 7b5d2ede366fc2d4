"""Talks to a conversation as Telegram would: raw updates in, what is owed and said back out."""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.digests.digester import Digests
from bot.digests.pending import WaitingReader
from bot.standin.payloads import ADMINISTRATOR_RIGHTS
from handlers.dispatcher import Conversation
from handlers.framework.replies import Answer, Direct, Edit
from handlers.messages.bulletin import Messages
from handlers.messages.digest import Roundup
from handlers.rate_limit import Allowance
from matching.index.index import Index
from matching.places.gazetteer import Gazetteer
from storage.engine.database import Database
from storage.inbound import bulletins, update_inbox
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.inbound.update_inbox import Incoming
from storage.outbox import deliveries
from storage.outbox.deliveries import Delivery
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import Subscriber, Target
from storage.subscribers.subscriptions import Subscription
from storage.values.lanes import Lane
from storage.values.message import Button, Content
from support.shared_resources import gazetteer, reader, topics, words

NOW = datetime(2023, 2, 14, 9, 30, tzinfo=UTC)
ANN, BEN = 11, 12
GROUP = -100
USERNAME = "tocsin_bot"

Payload = dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """What came back of one update."""

    replies: tuple[Content, ...]
    direct: tuple[Direct, ...]

    @property
    def reply(self) -> Content:
        (content,) = self.replies
        return content

    @property
    def html(self) -> str:
        return self.reply.html

    @property
    def edit(self) -> Content:
        (edit,) = [each for each in self.direct if isinstance(each, Edit)]
        return edit.content

    @property
    def answer(self) -> str:
        (answer,) = [each for each in self.direct if isinstance(each, Answer)]
        return answer.text


def digests(database: Database, clock: Callable[[], datetime]) -> Digests:
    """Makes digests as an installation does."""
    return Digests(
        database,
        WaitingReader(reader(), gazetteer(), topics()),
        Roundup(words(), gazetteer(), topics(), Messages(words(), reader())),
        lambda: None,
        clock,
    )


async def nobody(_chat: int) -> frozenset[int]:
    return frozenset()


class Talk:
    """One installation and the people who write to it."""

    def __init__(
        self,
        database: Database,
        administrators: Callable[[int], Awaitable[frozenset[int]]] = nobody,
        places: Gazetteer | None = None,
        quota: int = 100,
        operators: Sequence[int] = (),
        watchers: Sequence[str] = (),
        allowance: Allowance | None = None,
    ) -> None:
        self.database = database
        self.index = Index()
        self.now = NOW
        self.rung: list[Delivery] = []  # what came in the lane of alerts
        self._ids = itertools.count(1)
        self.conversation = Conversation(
            database,
            words=words(),
            gazetteer=places or gazetteer(),
            topics=topics(),
            reader=reader(),
            index=self.index,
            clock=lambda: self.now,
            administrators=administrators,
            username=USERNAME,
            quota=quota,
            operators=operators,
            watchers=watchers,
            allowance=allowance,
        )

    async def say(self, text: str, *, user: int = ANN, language: str = "en") -> Heard:
        """In private."""
        return await self.update(message=private(text, user=user, language=language))

    async def say_in_group(
        self, text: str, *, user: int = ANN, thread: int | None = None, anonymous: bool = False
    ) -> Heard:
        return await self.update(
            message=in_group(text, user=user, thread=thread, anonymous=anonymous)
        )

    async def press(self, data: str, *, user: int = ANN, under: Payload | None = None) -> Heard:
        """A button under a message of the bot's; in private unless `under` says otherwise."""
        message = under or private("what the bot said", user=user)
        message = {**message, "message_id": 77, "from": bot()}
        return await self.update(
            callback_query={
                "id": f"call-{next(self._ids)}",
                "from": person(user, "en"),
                "chat_instance": "1",
                "data": data,
                "message": message,
            }
        )

    async def update(self, **payload: object) -> Heard:
        update = {"update_id": next(self._ids), **payload}
        return await self.take(update)

    async def take(self, update: Payload) -> Heard:
        async with self.database.write() as transaction:
            await update_inbox.put(transaction, [update], self.now)
        direct = await self.conversation.process(Incoming(update["update_id"], update))
        return Heard(await self._owed(), direct)

    async def membership(self, chat: Payload, status: str, **how: Any) -> Heard:
        """The bot is blocked, unblocked, added or removed; `how` as of `member`."""
        return await self.update(my_chat_member=member(chat, status, **how))

    async def open_updates(self) -> list[int]:
        async with self.database.read() as transaction:
            return [
                each.update_id
                for each in await update_inbox.waiting(transaction, limit=100, without=[])
            ]

    async def publish(self, title: str, text: str = "", **fields: Any) -> StoredBulletin:
        key = f"k{next(self._ids)}"
        bulletin = Bulletin(source="blog", key=key, title=title, text=text, received_at=self.now)
        async with self.database.write() as transaction:
            return await bulletins.add(transaction, replace(bulletin, **fields))

    async def subscriber(self, chat: int = ANN, thread: int = 0) -> Subscriber | None:
        async with self.database.read() as transaction:
            return await subscribers.find(transaction, Target(chat, thread))

    async def known(self, chat: int = ANN, thread: int = 0) -> Subscriber:
        found = await self.subscriber(chat, thread)
        assert found is not None
        return found

    async def followed(self, chat: int = ANN, thread: int = 0) -> list[Subscription]:
        found = await self.subscriber(chat, thread)
        if found is None:
            return []
        async with self.database.read() as transaction:
            return await subscriptions.of(transaction, found.number)

    def hears(self, title: str, text: str = "") -> set[str]:
        """The modes ("ring", "silent", "held") in which anybody hears of such a bulletin."""
        matches = self.index.match(reader().read(title, text))
        return {name for name in ("ring", "silent", "held") if len(getattr(matches, name)) > 0}

    def numbers(self, title: str) -> list[int]:
        """Who hears of such a bulletin at once."""
        return list(self.index.match(reader().read(title, "")).ring)

    async def _owed(self) -> tuple[Content, ...]:
        async with self.database.write() as transaction:
            soon = self.now + timedelta(seconds=1)
            due = [
                each
                for lane in Lane
                for each in await deliveries.due(transaction, lane, soon, limit=100)
            ]
            await deliveries.done(transaction, [each.id for each in due])
        assert {each.lane for each in due} <= {Lane.REPLY, Lane.ALERT}
        self.rung += [each for each in due if each.lane is Lane.ALERT]
        replies = [each.content for each in due if each.lane is Lane.REPLY]
        return tuple(content for content in replies if content is not None)


def person(user: int, language: str) -> Payload:
    return {"id": user, "is_bot": False, "first_name": "Somebody", "language_code": language}


def bot() -> Payload:
    return {"id": 1, "is_bot": True, "first_name": "Tocsin", "username": USERNAME}


def private(text: str, *, user: int = ANN, language: str = "en") -> Payload:
    return {
        "message_id": 5,
        "date": int(NOW.timestamp()),
        "chat": {"id": user, "type": "private", "first_name": "Somebody"},
        "from": person(user, language),
        "text": text,
    }


def in_group(
    text: str, *, user: int = ANN, thread: int | None = None, anonymous: bool = False
) -> Payload:
    message = private(text, user=user)
    message["chat"] = {"id": GROUP, "type": "supergroup", "title": "Neighbours"}
    if thread is not None:
        message |= {"message_thread_id": thread, "is_topic_message": True}
    if anonymous:
        message["sender_chat"] = message["chat"]
        message["from"] = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    return message


def member(
    chat: Payload, status: str, *, before: str = "left", user: int = ANN, language: str = "en"
) -> Payload:
    """What Telegram tells when the bot is blocked, unblocked, added or removed."""
    return {
        "chat": chat,
        "from": person(user, language),
        "date": int(NOW.timestamp()),
        "old_chat_member": _standing(before),
        "new_chat_member": _standing(status),
    }


def _standing(status: str) -> Payload:
    standing: Payload = {"user": bot(), "status": status}
    if status == "kicked":
        standing["until_date"] = 0
    if status == "administrator":
        standing |= dict.fromkeys(ADMINISTRATOR_RIGHTS, False)
    return standing


def labelled(content: Content, label: str) -> str:
    """The data of the button whose label contains that."""
    found = [button.data for button in _buttons(content) if label in button.label]
    assert found, f"no button {label!r} among {labels(content)}"
    assert found[0] is not None
    return found[0]


def labels(content: Content) -> Sequence[str]:
    return [button.label for button in _buttons(content)]


def _buttons(content: Content) -> list[Button]:
    return [button for row in content.buttons for button in row]
