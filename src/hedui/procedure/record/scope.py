"""
Scope 范围: in whose name the database is asked, so that it keeps families apart by agency.

The connection to PostgreSQL tells it with every change (`hedui.config.postgresql`), and the row
rules (`hedui.procedure.record.rows`) read it there. Without a scope no family's row is seen.

- `officer:3`: what the officer's posts cover, as the database itself reads them;
- `code:…`, `sheet:…`, `own:…`, `page:…`, `authorization:…`: the one case of what somebody holds;
- `machine:…`: one of the few that `rows` names, each with the tables it may read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hedui.procedure.record.actor import PERSON

MACHINE = "machine:"
LIKENESS, REVIEW, SOURCES = "machine:likeness", "machine:review", "machine:sources"
PARTNERS, POSTED = "machine:partners", "machine:posted"

_scope: ContextVar[str] = ContextVar("scope", default="")


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Ask the database in this name, "" for nobody's, whatever was said outside."""
    token = _scope.set(name)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def acting_for(identifier: str) -> Iterator[None]:
    """Ask in the name of who acts; the machine, and a person, within the scope that stands."""
    stands = identifier.startswith((MACHINE, PERSON)) and current()
    with acting_as(stands or identifier):
        yield


def current() -> str:
    """Return in whose name the database is asked now."""
    return _scope.get()
