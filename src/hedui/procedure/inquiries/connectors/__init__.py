"""
连接 (connectors): one file per protocol, each the last step of a question, the first of an answer.

Only `inquiries.dispatch` and `inquiries.exchange` may call them (a contract of the house), and ask
only what the gate has let through. To add one: its file here, named as its channel and holding to
`Connector`, or, where questions are gathered in files, to `Carrier`; an entry in
`agencies/channels.py`; a test. Nothing else names it.
"""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import IO, Any, Literal, Protocol, cast
from uuid import UUID

from hedui.procedure.inquiries.acts import Envelope, Received
from hedui.procedure.inquiries.door import Passage
from hedui.procedure.record.outcome import Trouble


class NoConnector(Trouble):
    """A channel was agreed whose connector is not there (any more), or lacks an extra."""

    def __init__(self, channel: str) -> None:
        super().__init__(f"没有“{channel}”的连接程序,或者没有安装它所需的附加组件。")


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

        All messages of a dispatch are written before the first leaves, and maybe while the gate
        still looks at them; what it refuses goes no further. What the department holds is not
        asked for here: there is no connection yet.
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


Aside = Literal["processed", "refused"]


class Line(Protocol):
    """
    An open connection to where files are exchanged: a folder for requests, one for answers.

    Names are those that we gave, or that were listed; they never leave the two folders. What fails
    raises `OSError` or `Unreachable`, and may be tried again.
    """

    def place(self, name: str, write: Callable[[IO[bytes]], None]) -> None:
        """Write a request under a temporary name, wholly, to be safe against a power cut."""
        ...

    def release(self, name: str) -> None:
        """Rename it to the name under which it is taken, in one step: the moment it leaves."""
        ...

    def lying(self) -> set[str]:
        """Name the requests that lie under their temporary names, not released."""
        ...

    def drop(self, name: str) -> None:
        """Remove one that lies, if it does."""
        ...

    def arrived(self) -> dict[str, float]:
        """Name what lies among the answers, each with the seconds since it was last changed."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """Open an answer to be read, from its beginning, any number of times; to be closed."""
        ...

    def set_aside(self, name: str, to: Aside, said: str) -> None:
        """Move an answer away for good; what is to be told about it stands in a file beside it."""
        ...


class Unreachable(Trouble):
    """There is no way to where files are exchanged; the message says why, for an administrator."""


class Withheld(Unreachable):
    """One file or folder may not be read or written; what else there is may be exchanged."""


class Carrier(Protocol):
    """What a connector holds to that exchanges files: one function, which opens the way."""

    def opened(self, receiver: str) -> AbstractContextManager[Line]:
        """
        Open the way to a department, by what is written in its file of connections.

        :raises Unreachable, Trouble: it cannot be reached, or nothing usable is written
        """
        ...


@cache
def present() -> frozenset[str]:
    """Name the channels whose connector is there, with what it needs."""
    return frozenset(one.name for one in iter_modules(__path__) if _module(one.name))


@cache
def connector(channel: str) -> Connector:
    """
    Return the connector of a channel.

    :raises NoConnector: its file is not there
    """
    return cast(Connector, _found(channel))


@cache
def carrier(channel: str) -> Carrier:
    """
    Return the connector of a channel on which questions are gathered.

    :raises NoConnector: its file is not there
    """
    return cast(Carrier, _found(channel))


def _found(channel: str) -> ModuleType:
    found = _module(channel) if channel in present() else None
    if found is None:
        raise NoConnector(channel)
    return found


def _module(channel: str) -> ModuleType | None:
    try:
        return import_module(f"{__name__}.{channel}")
    except ImportError:  # what it needs is an extra that was not installed
        return None
