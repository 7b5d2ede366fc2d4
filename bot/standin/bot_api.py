"""HTTP side of the Bot API: from a request, through the scripted faults, to a response."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from bot.standin.errors import ApiError, NotFound, Unauthorized
from bot.standin.faults import Fault, Faults
from bot.standin.guard import from_browser
from bot.standin.journal import Call, Journal
from bot.standin.methods import METHODS, SPELLING
from bot.standin.params import Params, read_params
from bot.standin.world import World


@dataclass(frozen=True, slots=True)
class Answer:
    """Response that the stand-in has decided on."""

    status: int
    body: bytes
    shown: Any  # the decoded body, for the journal
    message_id: int | None = None


UNANSWERED = Answer(0, b"", None)
NO_PARAMS = Params({}, {})


class BotApi:
    """Handler of /bot{token}/{method}."""

    def __init__(self, world: World, token: str, faults: Faults, journal: Journal) -> None:
        self._world = world
        self._prefix = f"/bot{token}/"
        self._faults = faults
        self._journal = journal

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Handle one request."""
        at = self._world.clock()
        path = request.path
        if not path.startswith(self._prefix) or from_browser(request):
            return _respond(_refusal(Unauthorized()))
        name = path[len(self._prefix) :]
        method = SPELLING.get(name.casefold())
        if method is None:
            return _respond(_refusal(NotFound("method not found")))
        try:
            params = await read_params(request)
        except ApiError as error:
            params, answer, fault = NO_PARAMS, _refusal(error), None
            number = await self._journal.record_arrival(method, None, at)
        else:
            number = await self._journal.record_arrival(method, params.get("chat_id"), at)
            fault = self._faults.strike(method, params)
            answer = await self._decide(method, params, fault)
        if self._journal.remembers:
            await self._journal.add(_call(number, at, method, params, answer, fault))
        return _respond(answer) if fault is None else await _misbehave(request, answer, fault)

    async def _decide(self, method: str, params: Params, fault: Fault | None) -> Answer:
        if fault is None:
            return await self._run(method, params)
        truth = None
        if fault.accepts:
            truth = await self._run(method, params.without(fault.without))
        return _scripted(fault, truth)

    async def _run(self, method: str, params: Params) -> Answer:
        try:
            result = await METHODS[method](self._world, params)
        except ApiError as error:
            return _refusal(error)
        body = {"ok": True, "result": result}
        message_id = result.get("message_id") if isinstance(result, dict) else None
        return Answer(200, orjson.dumps(body), body, message_id)


def _refusal(error: ApiError) -> Answer:
    body = error.body()
    return Answer(error.status, orjson.dumps(body), body)


def _scripted(fault: Fault, truth: Answer | None) -> Answer:
    if fault.status is not None:
        message_id = truth.message_id if truth else None
        return Answer(fault.status, fault.body, _shown(fault.body), message_id)
    return truth or UNANSWERED


def _shown(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body


def _call(
    number: int, arrived_at: float, method: str, params: Params, answer: Answer, fault: Fault | None
) -> Call:
    return Call(
        number=number,
        arrived_at=arrived_at,
        method=method,
        params=params.values,
        files=params.files,
        status=answer.status,
        answer=answer.shown,
        message_id=answer.message_id,
        fault=fault.name if fault else None,
    )


def _respond(answer: Answer) -> web.Response:
    kind = "application/json" if not answer.body.startswith(b"<") else "text/html"
    return web.Response(status=answer.status, body=answer.body, content_type=kind)


async def _misbehave(request: web.BaseRequest, answer: Answer, fault: Fault) -> web.StreamResponse:
    if fault.after:
        await asyncio.sleep(fault.after)
    half = answer.body[: len(answer.body) // 2]
    if fault.ending == "drop":
        _abort(request)
    elif fault.ending == "half":
        return web.Response(status=answer.status, body=half, content_type="application/json")
    elif fault.ending in {"cut", "drip"}:
        return await _piecemeal(request, answer, fault)
    return _respond(answer)


async def _piecemeal(request: web.BaseRequest, answer: Answer, fault: Fault) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status)
    response.content_type = "application/json"
    response.content_length = len(answer.body)
    await response.prepare(request)
    if fault.ending == "cut":
        await response.write(answer.body[: len(answer.body) // 2])
        _abort(request, politely=True)
        return response
    for byte in answer.body:
        await response.write(bytes([byte]))
        await asyncio.sleep(fault.over / len(answer.body))
    return response


def _abort(request: web.BaseRequest, *, politely: bool = False) -> None:
    transport = request.transport
    if transport is None:
        return
    if politely:
        transport.close()  # bytes already written are still sent
    else:
        transport.abort()
