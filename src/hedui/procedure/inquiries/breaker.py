"""
Breaker 断路: a department that fails again and again is left alone for a while, then tried by one.

It stands on the department's row, which is read with every question anyway: while all goes well
it costs no statement, and it holds for all processes. Whom it keeps waiting loses nothing by it
but attempts that would have failed; the deadline of a question goes on as before.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Coalesce

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries.failures import failure_of
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.inquiries.pacing import turn, with_jitter
from hedui.procedure.record.acts import note

FAULTS_TO_REST = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=2), timedelta(minutes=1)
TRIED_WITHIN = timedelta(seconds=20)
"""So long one who tries may take; then another may."""


def kept_waiting(asked: Iterable[Inquiry], at: datetime) -> dict[Inquiry, datetime]:
    """
    Return which of these are not to be sent now that else would be, and when to come again.

    Once a rest is over, whoever comes first tries for all others (half-open); they wait for it.
    """
    resting: dict[UUID, list[Inquiry]] = {}
    for inquiry in asked:
        rests = inquiry.department.rests_until is not None
        if rests and not inquiry.is_gathered and inquiry.opening(at) <= at:
            resting.setdefault(inquiry.department_id, []).append(inquiry)
    waiting: dict[Inquiry, datetime] = {}
    for _, inquiries in sorted(resting.items()):
        if again := rest_of(inquiries[0].department, at):
            waiting |= dict.fromkeys(inquiries, turn(again, at))
    return waiting


def rest_of(department: Department, at: datetime) -> datetime | None:
    """Return when to come again to one that rests, nothing if it may be asked, or you try it."""
    until = department.rests_until
    if until is None or (until <= at and _is_first(department.pk, until, at)):
        return None
    return max(until, at) + with_jitter(FIRST_REST)


def _is_first(department: UUID, until: datetime, at: datetime) -> bool:
    standing = Department.objects.filter(pk=department, rests_until=until)
    return standing.update(rests_until=at + TRIED_WITHIN) == 1


def learn(came: Iterable[tuple[Ticket, str, str]], at: datetime) -> None:
    """
    Take in how departments answered: outcome and code for each ticket.

    A message is a fault if nothing in it was answered and the reason is the department's.
    """
    messages: dict[tuple[UUID, UUID], list[tuple[Ticket, str, str]]] = {}
    for one in came:
        key = (one[0].inquiry.department_id, one[0].message)
        messages.setdefault(key, []).append(one)
    for (pk, _), results in sorted(messages.items()):
        kinds = [failure_of(outcome, code) for _, outcome, code in results]
        if all(kind is not None and kind.is_fault for kind in kinds):
            _fault(pk, at)
        elif results[0][0].inquiry.department.faults and not all(k and k.is_ours for k in kinds):
            Department.objects.filter(pk=pk).update(faults=None, rests_until=None)
            note(answers_again=str(pk))


def _fault(pk: UUID, at: datetime) -> None:
    Department.objects.filter(pk=pk).update(faults=Coalesce("faults", 0) + 1)
    held = Department.objects.only("faults", "rests_until").get(pk=pk)
    beyond = (held.faults or 0) - FAULTS_TO_REST
    if beyond >= 0:
        until = at + min(FIRST_REST * 2 ** min(beyond, 9), LONGEST_REST)
        Department.objects.filter(pk=pk).update(rests_until=until)
        if held.rests_until is None:
            note(rests=str(pk), until=until.isoformat())
