"""
Wait for a client only so long: uvicorn bounds the pause between two requests and nothing else.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

CERTIFIED = "names of the client certificate"
"""Where in the state of a request the names stand that the client proved to have by TLS."""


class Connection(H11Protocol):
    """
    HTTP on one connection, cut off while it holds a place and gives us no request to answer.

    That is before its first byte, in the middle of a head, and in what follows a request that
    was answered already, such as the rest of a refused body. While a request is being answered,
    its body has a limit of its own (`app.BODY_SECONDS`).

    patience: seconds from the moment we began to wait; further bytes do not extend it
    """

    patience = 10.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep which names the client proved to have, and begin to wait for the first request."""
        super().connection_made(transport)
        shown = transport.get_extra_info("peercert") or {}
        names = frozenset(name for kind, name in shown.get("subjectAltName", ()) if kind == "DNS")
        self.app_state = {**self.app_state, CERTIFIED: names}
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and see whether they have made a request."""
        super().data_received(data)
        match self.cycle:
            case RequestResponseCycle(response_complete=False):
                self._stop_waiting()
            case _:
                self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self._stop_waiting()

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.patience, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
