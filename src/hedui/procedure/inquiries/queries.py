"""Reads of inquiries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Fact, Inquiry, Ticket


@dataclass(frozen=True, slots=True)
class Came:
    """What came back for one ticket, as `Reply` has it; its facts are read by `facts_of`."""

    reply: UUID
    outcome: str
    conclusive: bool
    match: str
    as_of: date | None
    serial: str
    unit: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """One inquiry and its way: how often it was sent and what came back, in that order."""

    inquiry: UUID
    member: UUID
    member_key: str
    source: str
    items: list[str]
    department: str
    attempts: int
    replies: tuple[Came, ...]

    @property
    def concluding(self) -> Came | None:
        """Return the reply that ended the inquiry, if one did."""
        return next((reply for reply in self.replies if reply.conclusive), None)

    @property
    def last(self) -> Came | None:
        """Return the concluding reply, or else the one that came last."""
        return self.concluding or max(self.replies, key=lambda r: r.received_at, default=None)


def asked_in(commission: Commission) -> list[Asked]:
    """
    Return every inquiry of a commission, by member and source.

    Plain values in two queries: this is read for every household that is verified.
    """
    sent: dict[UUID, list[Any]] = {}
    columns = ("id", "outcome", "conclusive", "match", "as_of", "serial", "unit", "received_at")
    for inquiry, *reply in (
        Ticket.objects.filter(inquiry__commission=commission)
        .order_by("attempt")
        .values_list("inquiry_id", *(f"reply__{column}" for column in columns))
    ):
        sent.setdefault(inquiry, []).append(reply)
    rows = commission.inquiries.order_by("member__position", "source").values_list(
        "id", "member_id", "member__key", "source", "items", "department__name"
    )
    return [
        Asked(*row, attempts=len(tickets), replies=_came(tickets))
        for row in rows
        for tickets in [sent.get(row[0], [])]
    ]


def _came(tickets: Iterable[Any]) -> tuple[Came, ...]:
    return tuple(Came(*reply) for reply in tickets if reply[0] is not None)


def facts_of(commission: Commission) -> dict[UUID, list[dict[str, Any]]]:
    """Open the facts that came back for a commission, by reply."""
    key = commission.case.key
    rows: dict[UUID, list[dict[str, Any]]] = {}
    for reply, position, content in (
        Fact.objects.filter(reply__inquiry__commission=commission)
        .order_by("position")
        .values_list("reply_id", "position", "content")
    ):
        rows.setdefault(reply, []).append(key.open(content, Fact.place(reply, position)))
    return rows


def answered_in(commission: Commission) -> int:
    """Count the inquiries of a commission that were concluded."""
    return Inquiry.objects.filter(commission=commission, replies__conclusive=True).count()
