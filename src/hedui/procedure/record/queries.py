"""Reads of the ledger."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from hedui.ledger import Frontier, leaf_hash
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.models import Checkpoint, Entry, Head
from hedui.procedure.record.moment import SHANGHAI

PAGE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line of a case's history, as an officer reads it.

    named: what the entry says in single words, by what it is: a member, an authorization, a reason
    """

    index: int
    at: datetime
    act: str
    label: str
    article: str
    actor: str
    case: UUID | None
    named: dict[str, str]


def history_of(reader: Actor, *, case: UUID) -> list[Line]:  # noqa: ARG001 - scoped by the case
    """Return what was done in a case, oldest first."""
    return [_line(entry) for entry in Entry.objects.filter(case=case)]


def _line(entry: Entry) -> Line:
    registered = REGISTRY.get(entry.act)
    label, article = (registered.label, registered.article) if registered else (entry.act, "")
    detail = json.loads(entry.content)["detail"]
    named = {name: value for name, value in detail.items() if isinstance(value, str)}
    return Line(entry.index, entry.at, entry.act, label, article, entry.actor, entry.case, named)


def may_audit(reader: Actor) -> bool:
    """Tell whether one may read the whole ledger: the audit administrator 审计管理员 alone."""
    return Role.AUDIT_ADMIN in reader.roles


def search(
    reader: Actor,
    *,
    act: str = "",
    actor: str = "",
    case: UUID | None = None,
    day: date | None = None,
    before: int | None = None,
) -> list[Line]:
    """
    Return entries that fit all that is given, newest first, a page of them.

    before: an index; only earlier entries
    """
    if not may_audit(reader):
        return []
    found = Entry.objects.order_by("-index")
    if act:
        found = found.filter(act=act)
    if actor:
        found = found.filter(actor=actor)
    if case:
        found = found.filter(case=case)
    if day:
        begins = datetime.combine(day, time(), SHANGHAI)
        found = found.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    if before is not None:
        found = found.filter(index__lt=before)
    return [_line(entry) for entry in found[:PAGE]]


def newest_checkpoints(reader: Actor) -> list[tuple[Checkpoint, list[str]]]:
    """Return the newest checkpoints, each with who has witnessed it."""
    if not may_audit(reader):
        return []
    newest = Checkpoint.objects.order_by("-size").prefetch_related("cosignatures")[:10]
    return [(one, [c.witness for c in one.cosignatures.all()]) for one in newest]


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
