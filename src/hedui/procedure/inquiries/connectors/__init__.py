"""
连接 (connectors): one file per protocol, each the last step of a question, the first of an answer.

Only `inquiries.dispatch` may call them (a contract of the house), and only with an envelope that
the gate has let through. To add one: its file here, named as its channel and holding to
`Connector`; an entry in `agencies/channels.py`; a test. Nothing else names it.
"""

from collections.abc import Collection
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast
from uuid import UUID

from hedui.procedure.inquiries.acts import Envelope, Received
from hedui.procedure.inquiries.door import Passage


class NoConnector(Exception):
    """A channel was agreed whose connector is not there (any more)."""


class Connector(Protocol):
    """
    What a connector holds to: three functions, of which the second runs in a thread of its own.

    What is written and what arrived is the connector's own affair; nobody else looks into it, and
    neither shows a person's data when it is printed. Settings and secrets of a department are in
    files of the data directory, never in the database.
    """

    def write(self, envelope: Envelope) -> Any:
        """
        Write the message of an envelope, to the byte as it will leave; nothing leaves yet.

        All messages of a dispatch are written before the first leaves. What the department holds
        is not asked for here: there is no connection yet.
        """
        ...

    def ask(self, message: Any, passage: Passage) -> Any:
        """
        Make the connection, wait at `passage`, send, and return what came back, unread.

        Nothing of the question may leave before `passage.wait()` has returned; nothing leaves if it
        raises `KeptBack`, nor once the envelope's `expires_at` is over. `passage.end()` is called
        when all has left: until then whoever would revoke waits. No database work is done here.
        What a department does, or that it is not there, is a result and no exception; there is a
        limit to what it may send and to the time it takes.
        """
        ...

    def read(self, arrived: Any, revoked: Collection[UUID] = ()) -> list[Received]:
        """
        Read strictly what came back and return a result for each ticket of the envelope.

        An answer counts only for the ticket it answers, about the person asked, signed by the
        department's key; what was not asked is dropped, its names and digest kept; nothing is
        repaired. What rests on an authorization in `revoked` is not read: DISCARDED, with the
        digest of the message. Where answers come later there is no result for what was taken in.
        """
        ...


def present() -> frozenset[str]:
    """Name the channels whose connector is there."""
    return frozenset(found.name for found in iter_modules(__path__))


@cache
def connector(channel: str) -> Connector:
    """
    Return the connector of a channel.

    :raises NoConnector: its file is not there
    """
    if channel not in present():
        raise NoConnector(channel)
    return cast(Connector, import_module(f"{__name__}.{channel}"))
