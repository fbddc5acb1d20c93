"""
Opening 打开 sealed data while a page is made: allowed only where the page enters who saw it.

The door is shut for every request (`shut`, by a middleware). A page that shows personal data opens
it for itself (`watched`) and is told what was opened, so that it can be entered before it is shown.
Commands and the worker show nobody anything by themselves; for them there is no door.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from hedui.procedure.record.outcome import Trouble


@dataclass(slots=True)
class Opened:
    """
    What a page has opened so far.

    cases: opened; entered: of which an act has left an entry meanwhile; listed: in a list, masked;
    sought: in a list that answers a search, so that somebody looked for them
    """

    cases: set[UUID] = field(default_factory=set)
    entered: set[UUID] = field(default_factory=set)
    listed: set[UUID] = field(default_factory=set)
    sought: set[UUID] = field(default_factory=set)

    @property
    def unsaid(self) -> set[UUID]:
        """Return the cases that were opened for more than a list, and no entry tells so yet."""
        return (self.cases - self.listed | self.sought) - self.entered


SHUT = "shut"
_door: ContextVar[Opened | str | None] = ContextVar("door", default=None)


@contextmanager
def shut() -> Iterator[None]:
    """Let nothing sealed be opened, unless `watched`."""
    token = _door.set(SHUT)
    try:
        yield
    finally:
        _door.reset(token)


@contextmanager
def watched() -> Iterator[Opened]:
    """Let sealed data be opened, and tell what was."""
    opened = Opened()
    token = _door.set(opened)
    try:
        yield opened
    finally:
        _door.reset(token)


def at_the_door(case: UUID) -> None:
    """
    Pass the door with the key of a case.

    :raises Trouble: a page would show what it does not enter
    """
    if opened := _opened():
        opened.cases.add(case)


def listed(cases: Collection[UUID], *, sought: bool) -> None:
    """
    Say that cases stand in a list, with the applicant's name masked.

    sought: the list answers a search by name or number

    :raises Trouble: a page would show what it does not enter
    """
    if opened := _opened():
        opened.listed.update(cases)
        opened.sought.update(cases if sought else ())


def entered(case: UUID | None) -> None:
    """Say that an act has left its entry about a case."""
    door = _door.get()
    if isinstance(door, Opened) and case is not None:
        door.entered.add(case)


def _opened() -> Opened | None:
    door = _door.get()
    if door == SHUT:
        raise Trouble("这个页面不登记查阅,不能打开个人信息。")
    return door if isinstance(door, Opened) else None
