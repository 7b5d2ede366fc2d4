"""Chat page: a person talks to the bot in a browser."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from bot.standin.chats import Chat
from bot.standin.guard import is_loopback, is_ours
from bot.standin.page_stream import Streams
from bot.standin.page_view import bot_name, chats_view, menu_view
from bot.standin.people import People
from bot.standin.person import Person
from bot.standin.world import World

PATIENCE = 30.0  # seconds that a button spins without an answer
LONGEST = 16_384  # characters of a message; Telegram's clients split at 4096
_FOLDER = Path(__file__).parent
_STATIC = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/page_message.js": ("page_message.js", "text/javascript"),
    "/page_composer.js": ("page_composer.js", "text/javascript"),
    "/page_entities.js": ("page_entities.js", "text/javascript"),
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PageText:
    """Texts at the top of the page."""

    title: str = "A stand-in for Telegram"
    hint: str = ""  # one line; text in `backticks` becomes a button that types it
    visitor: str = "You"  # name of the person at the page


class ChatPage:
    """Handler of the page and of its actions."""

    def __init__(self, world: World, people: People, text: PageText) -> None:
        self._world = world
        self._people = people
        self._text = text
        self._streams = Streams(world, lambda: self.visitor)
        self._acts: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "/page/send": self._send,
            "/page/press": self._press,
            "/page/location": self._share_location,
            "/page/menu": self._menu,
        }

    @cached_property
    def visitor(self) -> Person:
        """The person at the page; created at the first access."""
        return self._people.person(self._text.visitor)

    def close(self) -> None:
        """Close the event streams of all open pages."""
        self._streams.close()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Handle one request; 403 unless it comes from the stand-in's own page."""
        if not is_loopback(request):
            return _refused(403, "only for this machine")
        if request.method == "GET" and request.path in _STATIC:
            return _static(*_STATIC[request.path])
        if not is_ours(request):
            return _refused(403, "only for the page itself")
        if request.method == "GET":
            return await self._look(request)
        return await self._act(request)

    async def _look(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/page/events":
            return await self._streams.serve(request, self._everything())
        photo = self._world.photos.get(request.path.removeprefix("/page/photo/"))
        if photo is None:
            return _refused(404, "there is no such page")
        return web.Response(body=photo.body, content_type=photo.mime, headers=_HEADERS)

    async def _act(self, request: web.BaseRequest) -> web.Response:
        act = self._acts.get(request.path)
        if request.method != "POST" or act is None:
            return _refused(404, "there is no such page")
        if request.content_type != "application/json":
            return _refused(415, "JSON is expected")
        try:
            body = await act(orjson.loads(await request.read()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return _refused(400, str(error))
        return web.Response(body=orjson.dumps(body), content_type="application/json")

    def _everything(self) -> Json:
        return {
            "kind": "all",
            "title": self._text.title,
            "hint": self._text.hint,
            "description": self._world.profile.descriptions.get("", ""),
            "bot": bot_name(self._world),
            "chats": chats_view(self._world, self.visitor),
        }

    async def _send(self, body: Json) -> Json:
        text = str(body["text"]).strip()
        if not 0 < len(text) <= LONGEST:
            raise ValueError("a message has some text, and not too much")
        chat = self._chat(body)
        await self.visitor.send(
            text, chat=chat, reply_to=body.get("reply_to"), thread=body.get("thread")
        )
        return {}

    async def _press(self, body: Json) -> Json:
        message = self._chat(body).get(body["message"])
        if message is None:
            raise ValueError("the message is gone")
        press = await self.visitor.press(message, str(body["data"]))
        try:
            toast = await press.answered(PATIENCE)
        except TimeoutError:
            return {}
        return {"text": toast.text, "alert": toast.alert}

    async def _share_location(self, body: Json) -> Json:
        latitude, longitude = float(body["latitude"]), float(body["longitude"])
        await self.visitor.share_location(latitude, longitude, chat=self._chat(body))
        return {}

    async def _menu(self, body: Json) -> Json:
        return {"commands": menu_view(self._world, self._chat(body), self.visitor)}

    def _chat(self, body: Json) -> Chat:
        chat = self._world.chats[int(body["chat"])]
        if self.visitor.id not in chat.members:
            raise ValueError("not your chat")
        return chat


def _static(name: str, kind: str) -> web.Response:
    body = (_FOLDER / name).read_bytes()
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=_HEADERS)


def _refused(status: int, why: str) -> web.Response:
    return web.Response(
        status=status, body=orjson.dumps({"error": why}), content_type="application/json"
    )
