"""
What is posted 公示 now, for anybody to read on the web: no more than on the paper, and no longer.

That everybody may read it stands in the ledger once, with the act that posted it. On PostgreSQL
the row rules show this reader nothing but what is posted today, whatever is asked.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from hedui.procedure.cases.models import Case, Step
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.publishing import Notice, notice_of
from hedui.procedure.record.opening import watched
from hedui.procedure.record.scope import POSTED, acting_as
from hedui.values.divisions import full_name

Kind = Step.Kind


@dataclass(frozen=True, slots=True)
class Place:
    """An office that has something posted: which, where, how to reach it, and how many."""

    id: UUID
    name: str
    phone: str
    where: str
    count: int


@dataclass(frozen=True, slots=True)
class Posted:
    """One notice as anybody reads it, and who takes in what is said against it."""

    id: UUID
    notice: Notice
    office: str
    phone: str


def places(on: date) -> list[Place]:
    """Return the offices that have something posted on a day, by division and name."""
    with acting_as(POSTED):
        counted: dict[UUID, Place] = {}
        for step in _steps(on):
            office = step.case.agency
            before = counted.get(office.pk)
            counted[office.pk] = Place(
                office.pk,
                office.name,
                office.phone,
                full_name(office.division),
                before.count + 1 if before else 1,
            )
    return sorted(counted.values(), key=lambda one: (one.where, one.name))


def posted_by(office: UUID, on: date) -> list[Posted]:
    """Return what an office has posted on a day, the newest first."""
    with acting_as(POSTED), watched():
        return [_told(step, on) for step in _steps(on) if step.case.agency_id == office]


def posted_as(number: UUID, on: date) -> Posted | None:
    """Return one notice while it is posted; None before, after, and where there is none."""
    with acting_as(POSTED), watched():
        return next((_told(step, on) for step in _steps(on) if step.pk == number), None)


def address_of(step: Step) -> str:
    """Return where a notice is read on the web, as the paper that is posted prints it."""
    return f"{settings.HEDUI_PUBLIC_URL}/publications/{step.pk}/"


def _told(step: Step, on: date) -> Posted:
    office = step.case.agency
    return Posted(step.pk, notice_of(step, on), office.name, office.phone)


def _steps(on: date) -> "QuerySet[Step]":
    """Return what is posted on a day, newest first, unless the proposal is void by now."""
    upheld = Step.objects.filter(
        kind=Kind.UPHOLD,
        about__in=Step.objects.filter(kind=Kind.PROTEST, about=OuterRef(OuterRef("pk"))).values(
            "pk"
        ),
    )
    newer = Determination.objects.filter(
        report__commission__case=OuterRef("case"), pk__gt=OuterRef("about")
    )
    open_ = Case.objects.filter(erasure__confirmed_at=None)
    return (
        Step.objects.filter(
            ~Exists(upheld),
            ~Exists(newer),
            kind=Kind.PUBLISH,
            first_day__lte=on,
            last_day__gte=on,
            case__in=open_,
        )
        .select_related("case__agency")
        .order_by("-id")
    )
