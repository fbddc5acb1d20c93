"""
Call a partner: post a later answer, ask whether an authorization stands (对外连接).

A department calls only the addresses that it noted itself. One moment ends everything, no redirect
is followed, no proxy of the environment used, and an answer is read to its limit.
"""

import ssl
from dataclasses import dataclass
from functools import lru_cache
from http.client import (  # noqa: TID251 - a department's one door
    HTTPConnection,
    HTTPException,
    HTTPSConnection,
)
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from hedui.gateway.settings import Contact

MOST_BYTES = 64 * 1024


class Unreached(Exception):
    """A partner did not answer; the message names the kind of failure alone."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a partner answered."""

    status: int
    content: bytes


def call(
    contact: Contact,
    url: str,
    body: bytes | None = None,
    *,
    seconds: float,
    method: str = "",
    media_type: str = "application/json",
    most: int = MOST_BYTES,
    authorization: str = "",
) -> Heard:
    """
    Post JSON, or get where there is no body.

    most: bytes of an answer; authorization: in place of the token that the contact names

    :raises Unreached: no connection, or no whole answer within the seconds
    """
    until = monotonic() + seconds
    address = urlsplit(url)
    path = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
    connection: HTTPConnection | None = None
    try:
        connection = _connection(contact, address.scheme, str(address.hostname), address.port)
        connection.timeout = seconds
        connection.connect()
        _limit(connection, until)
        method = method or ("GET" if body is None else "POST")
        headers = _headers(contact) | {"content-type": media_type}
        headers |= {"authorization": authorization} if authorization else {}
        connection.request(method, path, body, headers)
        _limit(connection, until)
        answer = connection.getresponse()
        content = bytearray()
        while len(content) <= most:
            _limit(connection, until)
            if not (chunk := answer.read1(most)):
                return Heard(answer.status, bytes(content))
            content += chunk
        raise Unreached("TooLarge")
    except (OSError, HTTPException, ValueError) as error:
        raise Unreached(type(error).__name__) from None
    finally:
        if connection is not None:
            connection.close()


def _limit(connection: HTTPConnection, until: float) -> None:
    remaining = until - monotonic()
    if remaining <= 0:
        raise TimeoutError
    if connection.sock is not None:
        connection.sock.settimeout(remaining)


def _connection(contact: Contact, scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme != "https":
        return HTTPConnection(host, port)
    context = _tls(contact.ca, contact.certificate, contact.private_key)
    return HTTPSConnection(host, port, context=context)


def _headers(contact: Contact) -> dict[str, str]:
    headers = {"connection": "close"}
    if contact.token_file:
        token = contact.token_file.read_text(encoding="ascii").strip()
        headers["authorization"] = f"Bearer {token}"
    return headers


@lru_cache(maxsize=64)
def _tls(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=f"{ca}" if ca else None)
    if certificate:
        context.load_cert_chain(certificate, key)
    return context
