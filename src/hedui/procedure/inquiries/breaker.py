"""
Breaker 断路: a department that fails again and again is left alone for a while, then tried by one.

It stands on the department's row, which is read with every question anyway: while all goes well
it costs no statement, and it holds for all processes. Whom it keeps waiting loses nothing by it
but attempts that would have failed; the deadline of a question goes on as before, and no rest is
so long that a question would be over before the department is tried again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Coalesce

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries.failures import failure_of
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.inquiries.pacing import patience, turn, with_jitter
from hedui.procedure.record.acts import note

FAULTS_TO_REST = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=2), timedelta(minutes=1)
RESTS_IN_A_TERM = 4
"""So many rests at least fit into the time that a question has, which may be seconds."""
SOONEST = timedelta(seconds=0.5)
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
            its_turn = turn(again, at)
            waiting |= {inquiry: in_time(its_turn, inquiry, at) for inquiry in inquiries}
    return waiting


def in_time(again: datetime, inquiry: Inquiry, at: datetime) -> datetime:
    """Return when to come again to a department that rests: halfway to a deadline at the latest."""
    return min(again, at + max((inquiry.due_at - at) / 2, SOONEST))


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
            if begins := _fault(pk, at):
                note(rests=str(pk), until=begins.isoformat())
        elif results[0][0].inquiry.department.faults and not all(k and k.is_ours for k in kinds):
            Department.objects.filter(pk=pk).update(faults=None, rests_until=None)
            note(answers_again=str(pk))


def not_reached(department: UUID, at: datetime) -> None:
    """Take in that files could not be exchanged with one: in the end it rests, as others do."""
    _fault(department, at)


def reached(department: Department) -> None:
    """Take in that files were exchanged with one."""
    if department.faults:
        Department.objects.filter(pk=department.pk).update(faults=None, rests_until=None)


def last_failed(department: Department, at: datetime) -> datetime:
    """Return when one that rests failed last, as far as its rest tells."""
    began = (department.rests_until or at) - _rest(department)
    return min(began, at)


def _fault(pk: UUID, at: datetime) -> datetime | None:
    """Count a fault; return until when it rests, where it begins to."""
    Department.objects.filter(pk=pk).update(faults=Coalesce("faults", 0) + 1)
    held = Department.objects.only("faults", "rests_until", "answer_within").get(pk=pk)
    if (held.faults or 0) < FAULTS_TO_REST:
        return None
    until = at + _rest(held)
    Department.objects.filter(pk=pk).update(rests_until=until)
    return until if held.rests_until is None else None


def _rest(department: Department) -> timedelta:
    beyond = min(max((department.faults or 0) - FAULTS_TO_REST, 0), 9)
    longest = min(LONGEST_REST, patience(department) / RESTS_IN_A_TERM)
    return min(FIRST_REST * (1 << beyond), longest)
