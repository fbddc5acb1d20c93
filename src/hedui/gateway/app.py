"""
Speak HTTP (ASGI): `POST /registry/sync/search`, `POST /registry/counts`, `GET /healthz`, no more.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hedui.gateway.counting import DayNotOver, answer_counts
from hedui.gateway.department import Department
from hedui.gateway.desk import answer
from hedui.gateway.tables import DataUnreadable
from hedui.wire import strict_json
from hedui.wire.checks import CHECKS, WireError
from hedui.wire.envelope import MessageError
from hedui.wire.moments import china_day, moment_text
from hedui.wire.seals import KeyFileError
from hedui.wire.strict_json import MAX_BYTES

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Reply = tuple[int, bytes]

BODY_SECONDS = 10
"""How long a body may take to arrive; whoever drips is cut off."""

_COUNTING = asyncio.Semaphore(1)
_log = logging.getLogger(__name__)


class _Refused(Exception):
    def __init__(self, status: int, code: str, reason: str) -> None:
        self.status, self.code, self.reason = status, code, reason


def application(department: Department) -> Application:
    """Return the ASGI application of one department."""

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            try:
                status, content = await _reply(department, scope, receive)
            except _Refused as refused:
                status = refused.status
                content = _ack(department, "malformed_object", refused.code, refused.reason)
            await _send(send, status, content)

    return app


async def _reply(
    department: Department, scope: MutableMapping[str, Any], receive: Receive
) -> Reply:
    match scope["method"], scope["path"]:
        case "GET", "/healthz":
            return _health(department)
        case "POST", "/registry/sync/search":
            _need_json(scope)
            return _search(department, await _body(receive))
        case "POST", "/registry/counts":
            _need_json(scope)
            return await _counts(department, await _body(receive))
        case _, "/healthz" | "/registry/sync/search" | "/registry/counts":
            raise _Refused(405, "err.request.bad", "此地址不支持这种方法")
        case _:
            raise _Refused(404, "err.request.not_found", "没有这个地址")


def _need_json(scope: MutableMapping[str, Any]) -> None:
    headers = dict(scope["headers"])
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media_type != b"application/json":
        raise _Refused(415, "err.request.bad", "Content-Type 应为 application/json")


async def _counts(department: Department, body: bytes) -> Reply:
    """Count in a thread, so that inquiries are answered meanwhile; one count at a time."""
    try:
        request = strict_json.loads(body)
        jws = request["request"] if isinstance(request, dict) else None
        if not isinstance(jws, str):
            raise WireError("malformed_object", "应有 request")
        async with _COUNTING:
            return 200, _json(await asyncio.to_thread(answer_counts, department, jws))
    except KeyError:
        raise _Refused(400, "err.request.bad", "应有 request") from None
    except WireError as error:
        check = CHECKS[error.code]
        return check.http, _ack(department, error.code, check.dci, error.reason)
    except DayNotOver as error:
        raise _Refused(409, "err.request.too_early", str(error)) from None
    except OSError as error:
        _log.error("cannot count: %s", error)
        raise _Refused(503, "err.service.unavailable", "暂时不能答复") from None


def _search(department: Department, body: bytes) -> Reply:
    try:
        return 200, answer(department, body)
    except MessageError as error:
        check = CHECKS[error.code]
        _log.warning("refused a message: %s", error.code)
        return check.http, _ack(department, error.code, check.dci, error.reason)
    except (OSError, DataUnreadable, KeyFileError) as error:
        _log.error("cannot answer: %s", error)
        raise _Refused(503, "err.service.unavailable", "暂时不能答复") from None


def _health(department: Department) -> Reply:
    state: dict[str, Any] = {"source": department.source.name}
    try:
        state |= {"kid": department.signer.kid}
        dataset = department.data.dataset()
    except KeyFileError as fault:
        return 503, _json(state | {"status": "key_unreadable", "reason": str(fault)})
    except DataUnreadable as fault:
        return 503, _json(state | {"status": "data_unreadable", "reason": str(fault)})
    as_of = dataset.as_of(china_day(department.clock()))
    state |= {"status": "ok", "rows": dataset.rows, "as_of": as_of and as_of.isoformat()}
    return 200, _json(state | {"rows_without_number": dataset.nobodys})


async def _body(receive: Receive) -> bytes:
    async def whole() -> bytes:
        body = bytearray()
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise _Refused(400, "err.request.bad", "连接中断")
            body += event.get("body", b"")
            if len(body) > MAX_BYTES:
                raise _Refused(413, "err.request.bad", "超出长度上限")
            if not event.get("more_body"):
                return bytes(body)

    try:
        return await asyncio.wait_for(whole(), BODY_SECONDS)
    except TimeoutError:
        raise _Refused(408, "err.request.timeout", "报文迟迟未到") from None


def _ack(department: Department, check: str, code: str, reason: str) -> bytes:
    error = {"code": code, "check": check, "message": reason}
    moment = moment_text(department.clock())
    return _json(
        {
            "message": {
                "ack_status": "ERR",
                "timestamp": moment,
                "correlation_id": "",
                "error": error,
            }
        }
    )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


async def _send(send: Send, status: int, content: bytes) -> None:
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
