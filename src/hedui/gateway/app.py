"""
Speak HTTP (ASGI): the addresses of docs/reference/wire.md and `GET /healthz`, no more.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from hedui.gateway import desk, later
from hedui.gateway.connection import CERTIFIED
from hedui.gateway.corrections import NumberUsed, take_correction
from hedui.gateway.counting import DayNotOver, answer_counts
from hedui.gateway.department import Department, Shown
from hedui.gateway.limits import NotNow
from hedui.gateway.posting import keep_posting
from hedui.gateway.tables import DataUnreadable
from hedui.wire import strict_json
from hedui.wire.checks import CHECKS, WireError
from hedui.wire.later import refuse
from hedui.wire.moments import china_day
from hedui.wire.seals import KeyFileError
from hedui.wire.strict_json import MAX_BYTES

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Answering = Callable[[Department, bytes, Shown], bytes]

BODY_SECONDS = 10
"""How long a body may take to arrive; whoever drips is cut off."""

_log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that is answered with a refusal; seconds: after which to come again."""

    def __init__(
        self, status: int, code: str, reason: str, check: str = "malformed_object", seconds: int = 0
    ) -> None:
        self.status, self.code, self.reason, self.check = status, code, reason, check
        self.seconds = seconds


_NOT_NOW = {
    "unauthorized": (401, "err.request.unauthorized"),
    "too_many_requests": (429, "err.request.too_many_requests"),
    "closed": (503, "err.service.unavailable"),
}


def application(department: Department) -> Application:
    """Return the ASGI application of one department."""
    answering = ThreadPoolExecutor(1, "desk")  # one at a time, and the loop stays free
    counting = ThreadPoolExecutor(1, "counts")  # inquiries are answered meanwhile

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            posting = asyncio.create_task(keep_posting(department, answering))
            await _lifespan(receive, send)
            posting.cancel()
            with suppress(asyncio.CancelledError):
                await posting
        elif scope["type"] == "http":
            try:
                status, content = await _reply(department, scope, receive, answering, counting)
                await send_json(send, status, content)
            except Refused as refused:
                now = department.clock()
                content = refuse(refused.check, refused.code, refused.reason, now)
                await send_json(send, refused.status, content, seconds=refused.seconds)

    return app


def _search(department: Department, body: bytes, shown_by: Shown) -> bytes:
    return desk.answer(department, body, shown_by=shown_by)


def _take(department: Department, body: bytes, shown_by: Shown) -> bytes:
    return later.take(department, body, shown_by=shown_by)


def _tell(department: Department, body: bytes, shown_by: Shown) -> bytes:
    return later.tell(department, body, shown_by=shown_by)


def _counts(department: Department, body: bytes, shown_by: Shown) -> bytes:
    said = answer_counts(department, _request(body), shown_by=shown_by)
    return json.dumps(said, ensure_ascii=False).encode()


def _corrections(department: Department, body: bytes, shown_by: Shown) -> bytes:
    said = take_correction(department, _request(body), shown_by=shown_by)
    return json.dumps(said, ensure_ascii=False).encode()


def _request(body: bytes) -> str:
    request = strict_json.loads(body)
    jws = request.get("request") if isinstance(request, dict) else None
    if not isinstance(jws, str):
        raise WireError("malformed_object", "应有 request")
    return jws


_ADDRESSES: dict[str, Answering] = {
    "/registry/sync/search": _search,
    "/registry/search": _take,
    "/registry/sync/txn/status": _tell,
    "/registry/txn/status": _tell,  # what is known is told at once: nobody needs to be called back
    "/registry/counts": _counts,
    "/registry/corrections": _corrections,
}


async def _reply(
    department: Department,
    scope: Scope,
    receive: Receive,
    answering: ThreadPoolExecutor,
    counting: ThreadPoolExecutor,
) -> tuple[int, bytes]:
    loop = asyncio.get_running_loop()
    method, path = scope["method"], scope["path"]
    if path not in (*_ADDRESSES, "/healthz"):
        raise Refused(404, "err.request.not_found", "没有这个地址")
    if method != ("GET" if path == "/healthz" else "POST"):
        raise Refused(405, "err.request.bad", "此地址不支持这种方法")
    if path == "/healthz":
        return await loop.run_in_executor(answering, _health, department)
    headers = dict(scope["headers"])
    _need_json(headers)
    try:
        certified = scope.get("state", {}).get(CERTIFIED, frozenset())
        shown_by = department.is_known_by(_token(headers), certified)
    except NotNow as fault:
        raise _not_now(fault) from None
    body = await body_of(receive)
    thread = counting if path == "/registry/counts" else answering
    return 200, await loop.run_in_executor(
        thread, _answered, _ADDRESSES[path], department, body, shown_by
    )


def _answered(answering: Answering, department: Department, body: bytes, shown_by: Shown) -> bytes:
    try:
        return answering(department, body, shown_by)
    except WireError as error:
        _log.warning("refused a message: %s", error.code)
        status = CHECKS[error.code].http
        raise Refused(status, error.dci, error.reason, error.code) from None
    except NotNow as fault:
        raise _not_now(fault) from None
    except later.WrongAddress:
        reason = "答复地址不是登记的地址"
        raise Refused(403, "err.sender_uri.invalid", reason, "sender_uri_invalid") from None
    except later.NoSuch:
        reason = "没有收到过、已经答复或者已过期限"
        raise Refused(404, "err.request.not_found", reason, "unknown_transaction") from None
    except NumberUsed:
        raise Refused(409, "err.request.bad", "编号已用于另一项更正请求", "replay") from None
    except DayNotOver as fault:
        raise Refused(409, "err.request.too_early", str(fault)) from None
    except (OSError, DataUnreadable, KeyFileError) as error:
        _log.error("cannot answer: %s", error)
        reason = "暂时不能答复"
        raise Refused(503, "err.service.unavailable", reason, "unavailable") from None


def _not_now(fault: NotNow) -> Refused:
    status, code = _NOT_NOW[fault.check]
    return Refused(status, code, fault.reason, fault.check, fault.seconds)


def _need_json(headers: dict[bytes, bytes]) -> None:
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media_type != b"application/json":
        raise Refused(415, "err.request.bad", "Content-Type 应为 application/json")


def _token(headers: dict[bytes, bytes]) -> str | None:
    kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _health(department: Department) -> tuple[int, bytes]:
    state: dict[str, Any] = {"source": department.source.name}
    try:
        state |= {"kid": department.signer.kid}
        dataset = department.data.dataset()
        as_of = dataset.as_of(china_day(department.clock()))
    except KeyFileError as fault:
        return 503, _json(state | {"status": "key_unreadable", "reason": str(fault)})
    except DataUnreadable as fault:
        return 503, _json(state | {"status": "data_unreadable", "reason": str(fault)})
    state |= {"status": "ok", "rows": dataset.rows, "as_of": as_of and as_of.isoformat()}
    state |= {"rows_without_number": dataset.nobodys, "waiting": department.questions.waiting()}
    try:
        department.need_open()
    except NotNow as closed:
        state |= {"closed": closed.reason}
    return 200, _json(state)


async def body_of(receive: Receive) -> bytes:
    """Return the body of a request. :raises Refused: it is too long, or does not come in time"""

    async def whole() -> bytes:
        body = bytearray()
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise Refused(400, "err.request.bad", "连接中断")
            body += event.get("body", b"")
            if len(body) > MAX_BYTES:
                raise Refused(413, "err.request.bad", "超出长度上限")
            if not event.get("more_body"):
                return bytes(body)

    try:
        return await asyncio.wait_for(whole(), BODY_SECONDS)
    except TimeoutError:
        raise Refused(408, "err.request.timeout", "报文迟迟未到") from None


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


async def send_json(send: Send, status: int, content: bytes, *, seconds: int = 0) -> None:
    """Send JSON; seconds: after which to come again."""
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if seconds:
        headers.append((b"retry-after", str(seconds).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
