"""
The channel (信道): TLS 1.3, each side knowing the other by the one certificate it holds of it.

A message is its length in eight bytes and its bytes. Nothing is read beyond what was agreed.
"""

import hashlib
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from hedui_matching import MatchingError

_HEAD = 8
SMALL = 1 << 16
_PATIENCE = 3600  # seconds: the other side may be computing


def _context(purpose: ssl.Purpose, certificate: Path, key: Path, other: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(
        ssl.PROTOCOL_TLS_SERVER if purpose is ssl.Purpose.CLIENT_AUTH else ssl.PROTOCOL_TLS_CLIENT
    )
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the other is known by its certificate, wherever it stands
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(other)
    context.load_cert_chain(certificate, key)
    return context


def listening(host: str, port: int) -> socket.socket:
    """Open the department's door."""
    return socket.create_server((host, port), backlog=1)


@contextmanager
def answered(
    door: socket.socket, certificate: Path, key: Path, other: Path
) -> Iterator[ssl.SSLSocket]:
    """Wait for the registry that is known by its certificate."""
    plain, _ = door.accept()
    plain.settimeout(_PATIENCE)
    context = _context(ssl.Purpose.CLIENT_AUTH, certificate, key, other)
    with context.wrap_socket(plain, server_side=True) as open_:
        yield open_


@contextmanager
def called(
    host: str, port: int, certificate: Path, key: Path, other: Path
) -> Iterator[ssl.SSLSocket]:
    """Call the department that is known by its certificate."""
    context = _context(ssl.Purpose.SERVER_AUTH, certificate, key, other)
    with (
        socket.create_connection((host, port), timeout=_PATIENCE) as plain,
        context.wrap_socket(plain) as open_,
    ):
        yield open_


def peer(open_: ssl.SSLSocket) -> str:
    """Return the SHA-256 of the other's certificate."""
    return hashlib.sha256(open_.getpeercert(binary_form=True) or b"").hexdigest()


def send(open_: ssl.SSLSocket, message: bytes) -> int:
    """Send a message; return its length."""
    open_.sendall(len(message).to_bytes(_HEAD, "big") + message)
    return len(message)


def receive(open_: ssl.SSLSocket, most: int) -> bytes:
    """Receive a message. :raises MatchingError: it is longer than agreed, or the other went away"""
    length = int.from_bytes(_exactly(open_, _HEAD), "big")
    if length > most:
        raise MatchingError("对方发来的数据超过约定的大小,已停止")
    return _exactly(open_, length)


def send_note(open_: ssl.SSLSocket, **note: Any) -> None:
    """Send a small note."""
    send(open_, json.dumps(note, ensure_ascii=False).encode())


def receive_note(open_: ssl.SSLSocket) -> dict[str, Any]:
    """Receive a small note. :raises MatchingError: it is none, or it says that the other refuses"""
    try:
        note = json.loads(receive(open_, SMALL))
    except ValueError:
        raise MatchingError("对方的版本不同,请核对双方安装的程序") from None
    if not isinstance(note, dict):
        raise MatchingError("对方的版本不同,请核对双方安装的程序")
    if "refused" in note:
        raise MatchingError(f"部门拒绝:{note['refused']}")
    return note


@contextmanager
def understood() -> Iterator[None]:
    """
    Hand what the other side sent to the library.

    :raises MatchingError: it can make nothing of it
    """
    try:
        yield
    except (DecodeError, RuntimeError):  # the library's own error, whatever it is about
        raise MatchingError("对方发来的数据读不出来,请核对双方安装的程序版本") from None


def _exactly(open_: ssl.SSLSocket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = open_.recv(min(1 << 20, length - len(parts)))
        if not part:
            raise MatchingError("对方中断了连接,没有得出结果")
        parts += part
    return bytes(parts)
