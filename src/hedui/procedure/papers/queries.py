"""Reads of papers: what of the list is due or to be had on a case, what was issued, delivered."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.models import Determination, confirmed_in, made_in
from hedui.procedure.determinations.standing import stands as course
from hedui.procedure.objections.models import Contested, Objection
from hedui.procedure.objections.queries import objections_in
from hedui.procedure.papers.catalogue import Form, forms, shipped, text_for
from hedui.procedure.papers.models import Notice, NoticeDelivery
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.moment import today
from hedui.procedure.reports.models import Delivery, Report

LISTED = 100
BEFORE_ACCEPTED = frozenset(
    {"declaring", "supplementing", "lapsed", "accepting", "refusing", "turned_down"}
)
NOT_YET = {
    "受理": "确认申报并受理以后",
    "委托": "委托核对以后",
    "报告": "核对报告签发以后",
    "异议": "异议复核完毕以后",
    "决定": "第二人确认这一结论以后",
}


@dataclass(frozen=True, slots=True)
class Issued:
    """One notice as a list shows it: nothing of it is opened."""

    number: str
    issued_at: datetime
    delivered_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """
    One form of the list on a case.

    waits: until when it cannot be filled, "" where it can; is_due: it tells what is concluded and
    was not issued yet; row: the determination or objection that it tells of
    """

    form: Form
    title: str
    waits: str
    is_due: bool
    row: UUID | None
    issued: tuple[Issued, ...]


def lines_of(reader: Actor, *, case: Case) -> list[Line]:  # noqa: ARG001 - scoped by the case
    """Return every form with how it stands on a case, in the order of the list."""
    told = list(Notice.objects.filter(case=case).prefetch_related("deliveries"))
    stands = _stands(case)
    return [_line(form, case, stands, told) for form in forms().values() if form.about != "人员"]


def notice_of(reader: Actor, *, number: str) -> Notice:
    """Return a notice by its number. :raises Notice.DoesNotExist: also where it is not theirs"""
    return Notice.objects.select_related("case__agency").get(
        number=number, case__in=visible_to(reader)
    )


@dataclass(frozen=True, slots=True)
class Printable:
    """One report or notice that can be printed: number, what it is, of which case, since when."""

    number: str
    title: str
    case: str
    at: datetime
    delivered: bool


def printable(reader: Actor) -> tuple[list[Printable], list[Printable]]:
    """Return the newest reports in force, and the newest notices, that `reader` may print."""
    seen = visible_to(reader)
    newer = Report.objects.filter(
        commission=OuterRef("commission"),
        version__gt=OuterRef("version"),
        status=Report.Status.ISSUED,
    )
    reports = (
        Report.objects.filter(commission__case__in=seen, status=Report.Status.ISSUED)
        .filter(~Exists(newer))
        .select_related("commission__case")
        .annotate(handed=Exists(Delivery.objects.filter(report=OuterRef("pk"))))
        .order_by("-issued_at")[:LISTED]
    )
    notices = (
        Notice.objects.filter(case__in=seen)
        .select_related("case")
        .annotate(handed=Exists(NoticeDelivery.objects.filter(notice=OuterRef("pk"))))
        .order_by("-issued_at")[:LISTED]
    )
    return (
        [
            Printable(one.number, "核对报告", one.commission.case.number, one.issued_at, one.handed)
            for one in reports
            if one.issued_at
        ],
        [
            Printable(one.number, title_of(one), one.case.number, one.issued_at, one.handed)
            for one in notices
        ],
    )


def title_of(notice: Notice) -> str:
    """Return what a notice is called, without opening it."""
    return shipped(notice.form).title


def notices_of(reader: Actor, *, numbers: Collection[str]) -> list[Notice]:
    """Return notices by their numbers. :raises Notice.DoesNotExist: where one is not theirs"""
    found = Notice.objects.select_related("case__agency").filter(
        number__in=numbers, case__in=visible_to(reader)
    )
    held = list(found.order_by("number"))
    if len(held) != len(set(numbers)):
        raise Notice.DoesNotExist
    return held


def is_accepted(case: Case) -> bool:
    """Tell whether the application was accepted, as the course of the case has it."""
    return course(case, today()).state.name not in BEFORE_ACCEPTED


def determination_in(case: Case, row: UUID) -> Determination:
    """Return a determination of a case. :raises Determination.DoesNotExist: also of another"""
    return made_in(case).get(pk=row)


def objection_in(case: Case, row: UUID) -> Objection:
    """Return an objection of a case. :raises Objection.DoesNotExist: also of another"""
    return objections_in(case).get(pk=row)


@dataclass(frozen=True, slots=True)
class _Stands:
    """What has happened on a case, as far as papers tell of it."""

    accepted: bool
    commissioned: bool
    reported: bool
    reviewed: UUID | None
    concluded: dict[str, UUID]
    steps: frozenset[str]


def _stands(case: Case) -> _Stands:
    contested = Contested.objects.filter(objection__report__commission__case=case)
    reviewed = objections_in(case).exclude(
        pk__in=contested.filter(resolution=None).values("objection")
    )
    made = confirmed_in(case).order_by("confirmed_at")
    return _Stands(
        is_accepted(case),
        case.commissions.exists(),
        Report.objects.filter(commission__case=case, status=Report.Status.ISSUED).exists(),
        reviewed.values_list("pk", flat=True).first(),
        {one.outcome: one.pk for one in made},
        frozenset(case.steps.values_list("kind", flat=True)),
    )


def _line(form: Form, case: Case, stands: _Stands, told: Iterable[Notice]) -> Line:
    row = stands.concluded.get(form.outcome) if form.outcome else None
    waits_for_step = bool(form.step) and form.step not in stands.steps
    row = stands.reviewed if form.about == "异议" else row
    is_there = {
        "受理": stands.accepted,
        "委托": stands.commissioned,
        "报告": stands.reported,
        "异议": stands.reviewed is not None,
        "决定": row is not None,
    }.get(form.about, True)
    issued = tuple(_issued(one) for one in told if one.form == form.name)
    return Line(
        form=form,
        title=text_for(form.name, case.division).title,
        waits=_waits(form, is_there=is_there, waits_for_step=waits_for_step),
        is_due=form.is_issued
        and is_there
        and not waits_for_step
        and (form.about != "案件" or bool(form.step))
        and not issued,
        row=row,
        issued=issued,
    )


def _waits(form: Form, *, is_there: bool, waits_for_step: bool) -> str:
    if waits_for_step:
        return f"登记“{Step.Kind(form.step).label}”以后"
    return "" if is_there else NOT_YET[form.about]


def _issued(notice: Notice) -> Issued:
    days = [one.delivered_on for one in notice.deliveries.all()]
    return Issued(notice.number, notice.issued_at, min(days, default=None))
