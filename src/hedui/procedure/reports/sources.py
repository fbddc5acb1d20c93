"""
How the sources stand 数据来源: state, speed, coverage, age of data, failures, corrections, errors.

Counts and moments of all households together, none of which can be told from them; nobody's name,
number or amount is read here (scope `machine:sources`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum

from hedui.procedure.agencies.agreements import Standing, standing_of
from hedui.procedure.agencies.models import Agency, Agreement, Department, Suspension
from hedui.procedure.agencies.queries import lineage
from hedui.procedure.inquiries.breaker import last_failed
from hedui.procedure.inquiries.failures import (
    ADMINISTRATOR,
    FAILURES,
    Failure,
    failure_of,
    failure_of_file,
)
from hedui.procedure.inquiries.models import AnswerFile, Inquiry, Reply, TurnedAway
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.scope import SOURCES, acting_as
from hedui.procedure.reports.models import Correction
from hedui.procedure.reports.reviewing import counted
from hedui.values.proportion import wilson

DAYS = 14
MOST_TIMES = 2_000
"""So many of the last answers of a department are looked at for how long they took."""
NEWS = timedelta(days=1)
READERS = frozenset(
    {Role.VERIFY, Role.COUNTERSIGN, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
)


@dataclass(frozen=True, slots=True)
class Failing:
    """One kind of failure of a department in the last days; stands: it has not answered since."""

    kind: Failure
    count: int
    last_at: datetime
    stands: bool


@dataclass(frozen=True, slots=True)
class Day:
    """How long a day's answers took, in milliseconds: half of them, and all but a twentieth."""

    day: date
    count: int
    median: int
    p95: int


@dataclass(frozen=True, slots=True)
class Source:
    """How one department stands."""

    department: Department
    state: str
    agreement: Agreement | None
    asked: int
    answered: int
    days: tuple[Day, ...]
    newest: date | None
    failures: tuple[Failing, ...]
    excess: int
    overturned: int
    reviewed: int
    open_corrections: int
    late_corrections: int
    suspension: Suspension | None
    bounds: tuple[float, float] = field(default=(0.0, 1.0))


STATES = {
    "closed": "正常",
    "open": "连续失败,暂停查询",
    "half_open": "暂停已满,待试",
    "resting": "不在服务时间",
    "not_agreed": "没有有效协议,不查询",
}


def may_look(reader: Actor) -> bool:
    """Tell whether a reader may see how the sources stand."""
    return bool(reader.roles & READERS)


def sources(reader: Actor) -> list[Source]:
    """Return how the departments stand that a reader's place asks; for administrators, all."""
    if not may_look(reader):
        return []
    at = moment()
    departments = [one for one in Department.objects.filter(last_day=None) if _is_near(one, reader)]
    with acting_as(SOURCES):
        seen = _Seen(at - timedelta(days=DAYS), at)
        return [_source(one, seen, at) for one in departments]


def to_mend(reader: Actor) -> list[tuple[Department, Failing]]:
    """Return what a system administrator has to see to: each kind of each department once."""
    if Role.SYSTEM_ADMIN not in reader.roles:
        return []
    at = moment()
    with acting_as(SOURCES):
        seen = _Seen(at - timedelta(days=DAYS), at)
    departments = Department.objects.filter(last_day=None)
    return [
        (one, failing)
        for one in departments
        for failing in _standing(one, seen, at)
        if failing.stands and failing.kind.by == ADMINISTRATOR
    ]


class _Seen:
    """What came in the last days, counted by the database in a few statements for all."""

    def __init__(self, since: datetime, at: datetime) -> None:
        self._at = at
        first = UUID(int=int(since.timestamp() * 1000) << 80)
        replies = Reply.objects.filter(id__gte=first)
        inquiries = Inquiry.objects.filter(id__gte=first).values_list("department_id")
        self.asked = dict(inquiries.annotate(Count("pk")).order_by())
        answered = inquiries.filter(replies__conclusive=True)
        self.answered = dict(answered.annotate(Count("pk")).order_by())
        self._kinds = [*_failed(replies), *_refused(since), *_turned_away(since)]
        by_department = replies.values_list("inquiry__department_id")
        self._good = dict(
            by_department.filter(conclusive=True).annotate(Max("received_at")).order_by()
        )
        self.newest = dict(by_department.annotate(Max("as_of")).order_by())
        self.excess = dict(by_department.exclude(excess=[]).annotate(Count("pk")).order_by())
        taken = AnswerFile.objects.filter(code="", finished_at__gte=since)
        self._taken = dict(
            taken.values_list("department_id").annotate(Max("finished_at")).order_by()
        )
        self._replies = replies

    def failures(self, department: UUID) -> tuple[Failing, ...]:
        """Return the kinds of failure of a department, what stands first."""
        found: dict[str, Failing] = {}
        for pk, kind, count, last_at in self._kinds:
            if pk == department and not kind.is_ours:
                before = found.get(kind.name)
                last = max(last_at, before.last_at) if before else last_at
                counted_ = count + (before.count if before else 0)
                found[kind.name] = Failing(kind, counted_, last, self._stands(kind, pk, last))
        return tuple(sorted(found.values(), key=lambda one: (not one.stands, -one.count)))

    def _stands(self, kind: Failure, department: UUID, last_at: datetime) -> bool:
        is_of_files = kind.name.startswith(FAILURES["file_refused"].name)
        good = (self._taken if is_of_files else self._good).get(department)
        if kind.is_fault:
            return good is None or last_at > good
        return last_at > self._at - NEWS

    def days(self, department: UUID) -> tuple[Day, ...]:
        """Return how long the last answers took, day by day."""
        times = self._replies.filter(inquiry__department=department, conclusive=True)
        taken: dict[date, list[int]] = {}
        newest = times.order_by("-id").values_list("ticket__minted_at", "received_at")[:MOST_TIMES]
        for asked_at, came_at in newest:
            day = came_at.astimezone(SHANGHAI).date()
            taken.setdefault(day, []).append((came_at - asked_at) // timedelta(milliseconds=1))
        return tuple(
            Day(day, len(times), at_share(times, 50), at_share(times, 95))
            for day, times in sorted(taken.items())
        )


Came = tuple[UUID, Failure, int, datetime]
"""Of which department, what kind of failure, how often, when last."""


def _failed(replies: QuerySet[Reply]) -> Iterator[Came]:
    """Yield what came in place of an answer that may be used."""
    found = replies.order_by().values_list("inquiry__department_id", "outcome", "code")
    for pk, outcome, code, count, last_at in found.annotate(Count("pk"), Max("received_at")):
        if kind := failure_of(outcome, code):
            yield pk, kind, count, last_at


def _refused(since: datetime) -> Iterator[Came]:
    """Yield the files of answers that were not taken as a whole; no reply tells of them."""
    files = AnswerFile.objects.filter(finished_at__gte=since).exclude(code="").order_by()
    found = files.values_list("department_id", "code")
    for pk, code, count, last_at in found.annotate(Count("pk"), Max("finished_at")):
        yield pk, failure_of_file(code), count, last_at


def _turned_away(since: datetime) -> Iterator[Came]:
    """Yield what was turned away of what departments sent by themselves."""
    days = TurnedAway.objects.filter(day__gte=since.astimezone(SHANGHAI).date()).order_by()
    found = days.values_list("department_id", "kind")
    for pk, kind, count, last_at in found.annotate(Sum("count"), Max("last_at")):
        yield pk, FAILURES[kind], count, last_at


def at_share(values: Iterable[int], percent: int) -> int:
    """Return the value within which so many percent of them lie (nearest rank)."""
    ordered: Sequence[int] = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1]


def _source(department: Department, seen: _Seen, at: datetime) -> Source:
    agreed = _agreement(department, at)
    overturned, reviewed = counted(department)
    waiting = Correction.objects.filter(review__department=department, outcome="")
    terms: list[Any] = list(waiting.values_list("answer_until", flat=True))
    today = at.astimezone(SHANGHAI).date()
    pk = department.pk
    return Source(
        department=department,
        state=_state(department, agreed, at),
        agreement=agreed,
        asked=seen.asked.get(pk, 0),
        answered=seen.answered.get(pk, 0),
        days=seen.days(pk),
        newest=seen.newest.get(pk),
        failures=_standing(department, seen, at),
        excess=seen.excess.get(pk, 0),
        overturned=overturned,
        reviewed=reviewed,
        open_corrections=len(terms),
        late_corrections=sum(term < today for term in terms),
        suspension=department.suspensions.filter(lifted_at=None).first(),
        bounds=wilson(overturned, reviewed),
    )


def _standing(department: Department, seen: _Seen, at: datetime) -> tuple[Failing, ...]:
    """Return its kinds of failure, first that files cannot be exchanged: no reply tells of that."""
    found = seen.failures(department.pk)
    agreed = _agreement(department, at) if department.rests_until else None
    if agreed is None or not agreed.way.is_by_files:
        return found
    last = last_failed(department, at)
    return (Failing(FAILURES["no_exchange"], department.faults or 0, last, stands=True), *found)


def _state(department: Department, agreed: Agreement | None, at: datetime) -> str:
    if agreed is None:
        return "not_agreed"
    if department.rests_until is not None:
        return "open" if department.rests_until > at else "half_open"
    return "closed" if agreed.opening(at) <= at else "resting"


def _agreement(department: Department, at: datetime) -> Agreement | None:
    held = department.agreements.order_by("-approved_at")
    return next((one for one in held if standing_of(one, at) is Standing.IN_FORCE), None)


def _is_near(department: Department, reader: Actor) -> bool:
    """Tell whether a department is asked where a reader works, or works below it."""
    if reader.roles & {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}:
        return True
    if reader.agency is None:
        return False
    agency = Agency.objects.get(pk=reader.agency)
    below = agency.division
    while below.endswith("00"):
        below = below[:-2]
    return department.division in lineage(agency.division) or department.division.startswith(below)
