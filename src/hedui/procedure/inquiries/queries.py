"""Reads of inquiries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, UUIDField

from hedui.procedure.agencies.models import Suspension
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Fact, Inquiry
from hedui.procedure.record.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Came:
    """What came back for one ticket, as `Reply` has it; its facts are read by `begin_facts_of`."""

    reply: UUID
    outcome: str
    conclusive: bool
    match: str
    as_of: date | None
    serial: str
    unit: str
    received_at: datetime
    code: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One inquiry and its way: how often it was sent and what came back, in that order.

    is_suspended: whether what its department answers is used against nobody now
    """

    inquiry: UUID
    member: UUID
    member_key: str
    source: str
    items: list[str]
    department: str
    max_age_days: int | None
    round: int
    attempts: int
    replies: tuple[Came, ...]
    is_suspended: bool = False

    @property
    def concluding(self) -> Came | None:
        """Return the reply that ended the inquiry, if one did."""
        return next((reply for reply in self.replies if reply.conclusive), None)

    @property
    def last(self) -> Came | None:
        """Return the concluding reply, or else the one that came last."""
        return self.concluding or max(self.replies, key=lambda r: r.received_at, default=None)


def asked_in(commission: Commission) -> list[Asked]:
    """Return every inquiry of a commission, by member and source."""
    return begin_asked_in(commission)()


def begin_asked_in(commission: Commission) -> Callable[[], list[Asked]]:
    """
    Ask for them, and return what reads them.

    Plain values in one query: this is read for every household that is verified.
    """
    rows = INQUIRIES.begin(commission.pk)
    return lambda: _asked(rows())


def _asked(found: Iterable[Any]) -> list[Asked]:
    by_inquiry: dict[UUID, list[Any]] = {}
    for row in found:
        by_inquiry.setdefault(row[0], []).append(row)
    asked = []
    for rows in by_inquiry.values():
        *terms, suspended = rows[0][: len(OF_INQUIRY)]
        sent = [row[len(OF_INQUIRY) :] for row in rows]
        attempts = sum(ticket is not None for ticket, *_ in sent)
        told: tuple[Any, ...] = (attempts, _came(sent), suspended)
        asked.append(Asked(*terms, *told))
    return asked


OF_INQUIRY = (
    *("id", "member_id", "member__key", "source", "items"),
    *("department__name", "agreement__max_age_days", "round", "is_suspended"),
)
OF_TICKET = (
    "id",
    *("reply__id", "reply__outcome", "reply__conclusive", "reply__match"),
    *("reply__as_of", "reply__serial", "reply__unit", "reply__received_at", "reply__code"),
)
STANDING = Suspension.objects.filter(department=OuterRef("department"), lifted_at=None)
INQUIRIES: Prepared[Any] = Prepared(
    lambda commission: (
        Inquiry.objects.filter(commission=commission)
        .annotate(is_suspended=Exists(STANDING))
        .order_by("member__position", "source", "round", "tickets__attempt")
        .values_list(*OF_INQUIRY, *(f"tickets__{name}" for name in OF_TICKET))
    ),
    UUIDField(),
)
FACTS: Prepared[Any] = Prepared(
    lambda commission: (
        Fact.objects.filter(reply__inquiry__commission=commission)
        .order_by("position")
        .values_list("reply_id", "position", "content")
    ),
    UUIDField(),
)


def _came(tickets: Iterable[Any]) -> tuple[Came, ...]:
    return tuple(Came(*reply) for _, *reply in tickets if reply[0] is not None)


def telling(asked: Iterable[Asked]) -> list[Asked]:
    """Keep of each person and source the round that tells: the last concluded, or the first."""
    kept: dict[tuple[UUID, str], Asked] = {}
    for one in asked:
        if one.concluding or (one.member, one.source) not in kept:
            kept[one.member, one.source] = one
    return list(kept.values())


def begin_facts_of(commission: Commission) -> Callable[[], dict[UUID, list[dict[str, Any]]]]:
    """Ask for the facts that came back for a commission; what is returned opens them, by reply."""
    found = FACTS.begin(commission.pk)

    def read() -> dict[UUID, list[dict[str, Any]]]:
        key = commission.case.key
        rows: dict[UUID, list[dict[str, Any]]] = {}
        for reply, position, content in found():
            rows.setdefault(reply, []).append(key.open(content, Fact.place(reply, position)))
        return rows

    return read
