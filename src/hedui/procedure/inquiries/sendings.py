"""
Sendings 发送: in which messages a person was asked about, and what was done with each.

A message about many households belongs to no case: the entries of its acts are found by its rows
and by the moments that stand in them, so that nobody reads the ledger through for one person.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hedui.ledger.verify import LONGEST_ACT
from hedui.procedure.cases.models import Member
from hedui.procedure.inquiries.models import AnswerFile, RequestFile, Ticket
from hedui.procedure.record.carrying import CARRYING
from hedui.procedure.record.models import Entry


@dataclass(frozen=True, slots=True)
class Sending:
    """
    One message that asked about a person.

    attempts: how often each of their inquiries in it had left, this time counted
    entries: what was done with the message beside the acts of the case
    """

    message: UUID
    attempts: Mapping[str, int]
    entries: frozenset[UUID]


def sendings_about(member: Member) -> list[Sending]:
    """Return the messages in which a person was asked about."""
    attempts: dict[UUID, dict[str, int]] = {}
    tickets = Ticket.objects.filter(inquiry__member=member).order_by("id")
    for message, inquiry, attempt in tickets.values_list("message", "inquiry_id", "attempt"):
        attempts.setdefault(message, {})[str(inquiry)] = attempt
    done = _done_with(list(attempts))
    return [Sending(pk, asked, frozenset(done.get(pk, ()))) for pk, asked in attempts.items()]


def _done_with(messages: list[UUID]) -> dict[UUID, set[UUID]]:
    """Name the entries of the acts on messages about many households."""
    files = RequestFile.objects.filter(pk__in=messages)
    found = {one.pk: {one.entry_id} for one in files}
    answers = AnswerFile.objects.filter(request__in=found).values_list("request_id", "entry_id")
    for request, entry in answers:
        found[request].add(entry)
    while_carried = Q()
    for one in files:
        while_carried |= _while_carried(one)
    if while_carried:
        carried = Entry.objects.filter(while_carried, act__in=CARRYING)
        for entry, content in carried.values_list("pk", "content"):
            found[next(pk for pk in found if str(pk) in content)].add(entry)
    return found


def _while_carried(one: RequestFile) -> Q:
    """Select the entries that name a file, about the moments that it keeps."""
    kept = (one.ready_at, one.left_at, one.found_at, one.ended_at)
    about = Q()
    for first, last in _spans(sorted(at for at in kept if at)):
        about |= Q(at__gte=first, at__lte=last)
    return about & Q(content__contains=str(one.pk)) if about else about


def _spans(moments: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Lay the times after some moments together where they meet."""
    spans: list[tuple[datetime, datetime]] = []
    for at in moments:
        first = spans.pop()[0] if spans and at <= spans[-1][1] else at
        # an entry is written that long, at the latest, after the moment that its act keeps in a row
        spans.append((first, at + LONGEST_ACT))
    yield from spans
