"""Reads of the ledger."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hedui.ledger import Frontier, leaf_hash
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.models import Entry, Head


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case's history, as an officer reads it."""

    index: int
    at: datetime
    act: str
    label: str
    article: str
    actor: str


def history_of(reader: Actor, *, case: UUID) -> list[Line]:  # noqa: ARG001 - scoped by the case
    """Return what was done in a case, oldest first."""
    return [
        Line(
            entry.index,
            entry.at,
            entry.act,
            REGISTRY[entry.act].label if entry.act in REGISTRY else entry.act,
            REGISTRY[entry.act].article if entry.act in REGISTRY else "",
            entry.actor,
        )
        for entry in Entry.objects.filter(case=case)
    ]


def first_broken_index() -> int | None:
    """
    Recompute the ledger and return the index of the first entry that does not hold, else None.

    An entry holds when its leaf is the hash of its content and its columns repeat the content.
    An index equal to the number of entries means that the head itself does not fit them.
    """
    frontier, position = Frontier(), 0
    for entry in Entry.objects.order_by("index").iterator():
        if entry.index != position or not holds(entry):
            return position
        frontier = frontier.append(bytes(entry.leaf))
        position += 1
    head = Head.objects.filter(id=1).first()
    size, roots = (head.size, head.roots) if head else (0, "")
    whole = size == position and roots == ",".join(root.hex() for root in frontier.roots)
    return None if whole else position


def holds(entry: Entry) -> bool:
    """Tell whether an entry's leaf is the hash of its content, and its columns repeat it."""
    if leaf_hash(entry.content.encode()) != bytes(entry.leaf):
        return False
    try:
        written = json.loads(entry.content)
    except ValueError:
        return False
    columns = {
        "id": str(entry.id),
        "index": entry.index,
        "act": entry.act,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "case": str(entry.case) if entry.case else None,
    }
    return isinstance(written, dict) and columns.items() <= written.items()
