"""
Sign what a partner's own system cannot sign, and send it on to the registry (签名转发).

For a system that speaks the DCI interface and has a fixed word where the signature belongs. It runs
beside that system, with the partner's key; what leaves is what any partner sends, so nothing is
asked less strictly. Whatever else comes is sent on as it came, for the registry to judge.
"""

import asyncio
import hmac
import json
from dataclasses import dataclass, field
from datetime import timedelta

import uvicorn

from hedui.gateway.app import Application, Receive, Refused, Scope, Send, body_of, send_json
from hedui.gateway.calling import Unreached, call
from hedui.gateway.connection import Connection
from hedui.gateway.department import system_clock
from hedui.gateway.settings import Contact, Listening
from hedui.wire import strict_json
from hedui.wire.checks import WireError
from hedui.wire.envelope import seal
from hedui.wire.moments import china_day
from hedui.wire.seals import KeyFileError, Signer, SigningRing

UNSIGNED = "unsigned"
"""How a signature begins that is to be put in."""
SECONDS = 30.0
TOKEN_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Relay:
    """
    What stands between a partner's system and the registry.

    registry: its address, up to before /registry; sender, receiver: the partner's id and the
    registry's; shown: the token by which the system is known here, and nowhere else
    """

    registry: str
    sender: str
    receiver: str
    ring: SigningRing
    shown: str = field(repr=False)
    contact: Contact = field(default_factory=Contact)

    def sent_on(self, path: str, body: bytes, authorization: str) -> tuple[int, bytes]:
        """
        Send a message on, signed if it asks for it, and return what the registry answers.

        :raises Unreached: it does not answer
        :raises KeyFileError: there is no key to sign with
        """
        heard = call(
            self.contact,
            f"{self.registry}{path}",
            self._signed(body),
            seconds=SECONDS,
            most=strict_json.MAX_BYTES,
            authorization=self._token(authorization),
        )
        return heard.status, heard.content

    def _signed(self, body: bytes) -> bytes:
        try:
            said = strict_json.loads(body)
            if not said["signature"].startswith(UNSIGNED):
                return body
            return seal(said["header"], said["message"], self._signer())
        except (WireError, KeyError, TypeError, AttributeError):
            return body

    def _token(self, authorization: str) -> str:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self.shown}".encode()):
            return ""
        until = int((system_clock() + TOKEN_LIFE).timestamp())
        said = {"iss": self.sender, "aud": self.receiver, "exp": until}
        return f"Bearer {self._signer().sign(json.dumps(said).encode(), typ='JWT')}"

    def _signer(self) -> Signer:
        return self.ring.signer(china_day(system_clock()))


def application(relay: Relay) -> Application:
    """Return the ASGI application of a relay."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        shown = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        try:
            body = await body_of(receive)
            answer = await asyncio.to_thread(relay.sent_on, scope["path"], body, shown)
        except Refused as refused:
            answer = refused.status, _errors(refused.code, refused.reason)
        except Unreached as fault:
            answer = 502, _errors("err.service.unavailable", f"登记系统没有应答({fault})")
        except KeyFileError as fault:
            answer = 503, _errors("err.service.unavailable", str(fault))
        await send_json(send, *answer)

    return app


def _errors(code: str, message: str) -> bytes:
    return json.dumps({"errors": [{"code": code, "message": message}]}, ensure_ascii=False).encode()


def serve(relay: Relay, listening: Listening) -> None:
    """Serve a relay until it is told to stop."""
    uvicorn.run(
        application(relay),
        http=Connection,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        **listening.uvicorn(),
    )
