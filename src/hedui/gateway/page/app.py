"""
Serve the department's page (ASGI): a few addresses, each for whoever is logged in.
"""

import asyncio
import logging
from collections.abc import MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from hedui.gateway.app import Application, Receive, Send
from hedui.gateway.appending import append_line
from hedui.gateway.department import Department
from hedui.gateway.page import views
from hedui.gateway.page.exchange import Answer, Asked, go
from hedui.gateway.page.passwords import holds, is_somebodys
from hedui.gateway.page.record import Tallies
from hedui.gateway.page.sessions import COOKIE, HOURS, Session, Sessions
from hedui.values.marks import punctuated
from hedui.wire.moments import moment_text

_log = logging.getLogger(__name__)
MOST_BYTES = 16 * 1024
_NOT_NOW = "现在不能显示,请稍后再试;仍然不行时请系统管理员查看日志。"
_SAFE = (
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; form-action 'self';"
        b" frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Page:
    """The page of one department."""

    def __init__(self, department: Department, passwords: Path, *, is_private: bool) -> None:
        self.department = department
        self.tallies = Tallies(department.log.path)
        self._passwords = passwords
        self.sessions = Sessions()
        self._secure = "; Secure" if is_private else ""
        self._templates = Environment(
            loader=PackageLoader("hedui.gateway.page"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["punctuated"] = punctuated
        self._style = files("hedui.gateway.page").joinpath("static", "style.css").read_bytes()

    def answer(self, asked: Asked) -> Answer:
        """Answer one request."""
        if asked.path == "/style.css":
            return Answer(self._style, kind="text/css; charset=utf-8")
        if asked.path == "/login":
            return self._login(asked) if asked.method == "POST" else self._show_login()
        if asked.session is None:
            return go("/login")
        view = views.VIEWS.get((asked.method, asked.path))
        if view is None:
            return self.show(asked, "said.html", 404, title="没有这一页", said="没有这个地址。")
        if asked.method == "POST" and asked.form.get("form") != asked.session.form:
            said = "页面已经过时,请返回后重试。"
            return self.show(asked, "said.html", 403, title="没有办理", said=said)
        return view(self, asked)

    def of(self, cookie: str) -> Session | None:
        """Return who is logged in with a cookie; nobody whose password was taken away since."""
        session = self.sessions.of(cookie)
        return session if session and is_somebodys(self._passwords, session.name) else None

    def show(self, asked: Asked | None, template: str, status: int = 200, **words: Any) -> Answer:
        """Fill in a template."""
        session = asked.session if asked else None
        known = {
            "session": session,
            "source": self.department.source,
            "path": asked.path if asked else "",
            "paused": self.department.pause.reason(),
        }
        text = self._templates.get_template(template).render(**known, **words)
        return Answer(text.encode(), status)

    def note(self, asked: Asked, did: str) -> None:
        """Keep who looked at what: to see is to act."""
        log = self.department.log.path
        who = asked.session.name if asked.session else ""
        said = {"at": moment_text(self.department.clock()), "who": who, "did": did}
        append_line(log.with_name(f"{log.name}.seen"), said)

    def _show_login(self, said: str = "", status: int = 200) -> Answer:
        return self.show(None, "login.html", status, said=said)

    def _login(self, asked: Asked) -> Answer:
        name, password = asked.form.get("name", ""), asked.form.get("password", "")
        if not self.sessions.may_try(name):
            return self._show_login("口令错误次数过多,请十分钟后再试。", 429)
        if not holds(self._passwords, name, password):
            self.sessions.failed(name)
            return self._show_login("名称或口令不对。", 403)
        cookie = f"{COOKIE}={self.sessions.begin(name)}; Path=/; HttpOnly; SameSite=Strict"
        return go("/", ("set-cookie", f"{cookie}; Max-Age={HOURS * 3600}{self._secure}"))


def page(department: Department, passwords: Path, *, is_private: bool) -> Application:
    """
    Return the ASGI application of a department's page.

    is_private: it is served by TLS, so that its cookie goes by TLS alone
    """
    shown = Page(department, passwords, is_private=is_private)

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await _send(send, await _answer(shown, scope, receive))

    return app


async def _answer(shown: Page, scope: MutableMapping[str, Any], receive: Receive) -> Answer:
    method = scope["method"]
    if method not in ("GET", "POST"):
        return Answer("不支持这种方法".encode(), 405, "text/plain; charset=utf-8")
    body = await _body(receive)
    if body is None:
        return Answer("内容过长".encode(), 413, "text/plain; charset=utf-8")
    cookie = _cookie(dict(scope["headers"]).get(b"cookie", b""))
    query, form = _fields(scope["query_string"]), _fields(body)
    try:
        asked = Asked(method, scope["path"], query, form, shown.of(cookie))
        return await asyncio.to_thread(shown.answer, asked)
    except Exception as fault:  # one line for the operator, one sentence for whoever looks
        _log.error("cannot show %s: %s", scope["path"], type(fault).__name__)
        return _failed(shown)


def _failed(shown: Page) -> Answer:
    with suppress(Exception):  # it may fail for the same reason
        return shown.show(None, "said.html", 500, title="出错了", said=_NOT_NOW)
    return Answer(_NOT_NOW.encode(), 500, "text/plain; charset=utf-8")


def _fields(text: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(text.decode("latin-1"), keep_blank_values=True, max_num_fields=50)
    except ValueError:  # more fields than any form of ours has
        return {}
    return {name: values[-1].strip() for name, values in fields.items()}


def _cookie(header: bytes) -> str:
    try:
        kept = SimpleCookie(header.decode("latin-1")).get(COOKIE)
    except CookieError:
        return ""
    return kept.value if kept else ""


async def _body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if event["type"] == "http.disconnect" or not event.get("more_body"):
            return bytes(body)


async def _send(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.kind.encode()),
        (b"content-length", str(len(answer.content)).encode()),
        *((name.encode(), value.encode()) for name, value in answer.headers),
        *_SAFE,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
