"""
Lines to the outside 对外连接: one request on its way, and its answer within limits.

All that the platform sends goes through here; who may use it is said in pyproject.toml. Redirects
are not followed, proxies of the environment are not used.
"""

import io
import ssl
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, IncompleteRead, InvalidURL
from select import POLLIN, poll
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket
from time import monotonic
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from hedui.procedure.record.way import PLAIN, Way

MOST_BYTES = 4 * 1024 * 1024
CONNECT_WITHIN = 2.0
NONE: Mapping[str, str] = MappingProxyType({})
KEPT_OPEN = 8
"""So many connections to one address are kept open between requests."""

Failure = (HTTPException, OSError)
"""What sending may raise, whatever the other side does; the name of the class tells what it was."""


class TooLarge(HTTPException):
    """An answer larger than the limit."""


class TooSlow(HTTPException):
    """An answer that did not end in time."""


def send(
    url: str,
    body: bytes | None = None,
    *,
    most: int = MOST_BYTES,
    patience: float,
    headers: Mapping[str, str] = NONE,
    to: Way = PLAIN,
    leave: Callable[[], None] = lambda: None,
    left: Callable[[], None] = lambda: None,
) -> tuple[int, bytes]:
    """
    Post JSON, or get where there is no body, and return the answer's status and content.

    most: bytes of an answer; patience: seconds from now to its end
    headers: besides those that every request has; ASCII without line ends
    to: the token and the certificates with which this side is reached
    leave: called when connected, before anything is sent; what it raises keeps it from being sent
    left: called when all is sent

    :raises Failure: no connection, no answer, or none within the limits
    """
    until = monotonic() + patience
    request = _written(url, body, {**headers, **to.headers} if to.headers else headers)
    standing = _standing[*urlsplit(url)[:2], to]
    line = _standing_still(standing) or _connected(url, to)
    try:
        leave()
        line.settimeout(max(until - monotonic(), 0.001))
        line.sendall(request)
        left()
        answer = HTTPResponse(_Clocked(line, until))  # type: ignore[arg-type]
        answer.begin()
        content = _read(answer, most)
    except BaseException:
        line.close()
        raise
    # Behind another status than 200 there may be more than was read; it is not waited for.
    if answer.will_close or answer.status != HTTPStatus.OK or len(standing) >= KEPT_OPEN:
        line.close()
    else:
        standing.append(line)
    return answer.status, content


_standing: dict[tuple[str, str, Way], deque[socket]] = defaultdict(deque)


def hang_up(url: str) -> None:
    """Close what stands open to an address: who answers out of turn there would go on doing so."""
    where = urlsplit(url)[:2]
    for standing in [held for key, held in list(_standing.items()) if key[:2] == where]:
        with suppress(IndexError):
            while True:
                standing.pop().close()


def _written(url: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
    address = urlsplit(url)
    path = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
    if not f"{address.netloc}{path}".isascii() or " " in url:
        raise InvalidURL(url)
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", f"host: {address.netloc}"]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "\r\n"]).encode() + (body or b"")


def _standing_still(standing: "deque[socket]") -> socket | None:
    """Take a connection that stands and is quiet."""
    while standing:
        try:
            line = standing.pop()
        except IndexError:  # another thread was faster
            return None
        # What can be read before anything was asked is the end of the connection.
        looked = poll()
        looked.register(line, POLLIN)
        if not looked.poll(0):
            return line
        line.close()
    return None


def _connected(url: str, to: Way) -> socket:
    address = urlsplit(url)
    host = str(address.hostname)
    is_private = address.scheme == "https"
    line = create_connection((host, address.port or (443 if is_private else 80)), CONNECT_WITHIN)
    try:
        line.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        return (to.tls or _tls()).wrap_socket(line, server_hostname=host) if is_private else line
    except BaseException:
        line.close()
        raise


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _read(answer: HTTPResponse, most: int) -> bytes:
    content = bytearray()
    while chunk := answer.read1(most + 1):
        content += chunk
        if len(content) > most:
            raise TooLarge("answer larger than the limit")
    if answer.length:
        raise IncompleteRead(b"", answer.length)
    answer.close()
    return bytes(content)


class _Clocked(io.RawIOBase):
    """A socket that is read until a moment and not beyond, however little comes at a time."""

    def __init__(self, sock: socket, until: float) -> None:
        self._socket, self._until = sock, until
        self._file: Any = sock.makefile("rb", buffering=0)

    def makefile(self, _: str) -> io.BufferedReader:
        """Return what an answer is read from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there, or wait for it."""
        remaining = self._until - monotonic()
        if remaining <= 0:
            raise TooSlow("answer slower than the limit")
        self._socket.settimeout(remaining)
        try:
            return int(self._file.readinto(buffer))
        except TimeoutError:
            raise TooSlow("answer slower than the limit") from None

    def close(self) -> None:
        """Give the socket back."""
        self._file.close()
        super().close()
