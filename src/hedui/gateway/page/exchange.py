"""
What comes to the department's page, and what goes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hedui.gateway.page.sessions import Session


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: HTML, a file to keep, or where to go next."""

    content: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What came: fields of the address and of the form, each once."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    session: Session | None


def go(where: str, *headers: tuple[str, str]) -> Answer:
    """Send on to another address."""
    return Answer(status=303, headers=(("location", where), *headers))
