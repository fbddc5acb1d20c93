"""
What is there of a case 案件现状, so far as the course needs it, gathered for many at once.

`Told` is a value: where a case stands is reckoned from it alone (`standing.stand`), so that the
course can be walked through without a database, and a list of a thousand cases costs a few
statements.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Max, Min, Q

from hedui.procedure.cases.models import Case, Declaration, Step
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.models import Determination
from hedui.procedure.inquiries.models import Inquiry, Reverification
from hedui.procedure.objections.models import Contested
from hedui.procedure.record.moment import SHANGHAI
from hedui.procedure.reports.models import Delivery, Report
from hedui.values.periods import Period

AT_ONCE = 500
"""How many are named in one statement: a database takes 65,535 values in one, or fewer."""
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class ReportTold:
    """The newest version of a report: its days, and up to when the family may object to it."""

    id: UUID
    version: int
    status: str
    drafted_on: date
    issued_on: date | None = None
    delivered_on: date | None = None
    objections_until: date | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The last determination of a case."""

    id: UUID
    commission: UUID
    report: UUID
    outcome: str
    publishes: bool
    proposed_on: date
    confirmed_on: date | None = None
    first_month: date | None = None


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step: a `Step` without what is sealed."""

    id: UUID
    kind: str
    first_day: date
    last_day: date | None = None
    about: UUID | None = None
    word: str = ""
    clock: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """
    What is there of one case.

    contested: of each contested finding, the day it was taken in and the day it was resolved;
    requeried: of each order to ask a source once more, its day, and that of the answer or deadline
    """

    division: str
    programme: str
    opened_on: date
    declared_on: date | None = None
    commissioned_on: date | None = None
    commission: UUID | None = None
    report: ReportTold | None = None
    contested: tuple[tuple[date, date | None], ...] = ()
    requeried: tuple[tuple[date, date | None], ...] = ()
    conclusion: Conclusion | None = None
    steps: tuple[StepTold, ...] = ()

    def last(self, *kinds: str, about: UUID | None = None) -> StepTold | None:
        """Return the last step of these kinds, about a row if one is named."""
        found = [s for s in self.steps if s.kind in kinds and about in (None, s.about)]
        return found[-1] if found else None

    def after(self, step: StepTold, *kinds: str) -> StepTold | None:
        """Return the first step of these kinds that follows upon another."""
        return next((s for s in self.steps if s.kind in kinds and s.about == step.id), None)

    @property
    def pauses(self) -> list[StepTold]:
        """Return the pauses by hand that have no end yet."""
        return [s for s in self.steps if s.kind == "pause" and not self.after(s, "resume")]

    @property
    def accepted_on(self) -> date | None:
        """Return the day of acceptance 受理: declared with nothing missing, or accepted by hand."""
        accepted = self.last("accept")
        if accepted:
            return accepted.first_day
        return None if self.last("supplement") else self.declared_on

    @property
    def reviewing_since(self) -> date | None:
        """Return the day the oldest open objection was taken in."""
        return min((taken for taken, over in self.contested if over is None), default=None)


def in_parts(many: Sequence[One]) -> Iterator[Sequence[One]]:
    """Cut what may be more than a statement can name into parts of `AT_ONCE`."""
    for start in range(0, len(many), AT_ONCE):
        yield many[start : start + AT_ONCE]


def gathered(cases: Sequence[Case]) -> dict[UUID, Told]:
    """Gather what is there of cases, each part of them in a statement for each kind of rows."""
    return {case: told for part in in_parts(cases) for case, told in _gathered(part).items()}


def _gathered(cases: Sequence[Case]) -> dict[UUID, Told]:
    ids = [case.pk for case in cases]
    declared = _dates(Declaration.objects.filter(case__in=ids), "case_id", "declared_at")
    ordered: dict[UUID, Commission] = {}
    for one in Commission.objects.filter(case__in=ids).order_by("commissioned_at", "id"):
        ordered[one.case_id] = one
    reports = _reports([one.pk for one in ordered.values()])
    requeried = _requeried([one.pk for one in ordered.values()])
    steps, contested, concluded = _steps(ids), _contested(ids), _concluded(ids)
    told = {}
    for case in cases:
        commission = ordered.get(case.pk)
        told[case.pk] = Told(
            division=case.division,
            programme=case.programme,
            opened_on=day_of(case.opened_at),
            declared_on=declared.get(case.pk),
            commissioned_on=day_of(commission.commissioned_at) if commission else None,
            commission=commission.pk if commission else None,
            report=reports.get(commission.pk) if commission else None,
            contested=tuple(contested[case.pk]),
            requeried=tuple(requeried.get(commission.pk, ())) if commission else (),
            conclusion=concluded.get(case.pk),
            steps=tuple(steps[case.pk]),
        )
    return told


def told_of(case: Case) -> Told:
    """Gather what is there of one case."""
    return gathered([case])[case.pk]


def day_of(at: datetime) -> date:
    """Return the day of a moment, in China."""
    return at.astimezone(SHANGHAI).date()


def _dates(rows: Any, key: str, at: str) -> dict[UUID, date]:
    latest = rows.order_by().values(key).annotate(at=Max(at)).values_list(key, "at")
    return {owner: day_of(moment) for owner, moment in latest}


def _reports(commissions: Iterable[UUID]) -> dict[UUID, ReportTold]:
    newest: dict[UUID, Report] = {}
    plain = Report.objects.filter(commission__in=commissions).defer("body", "signature")
    for one in plain.order_by("version"):
        newest[one.commission_id] = one
    handed: dict[UUID, list[Delivery]] = defaultdict(list)
    for delivery in Delivery.objects.filter(report__in=[r.pk for r in newest.values()]):
        handed[delivery.report_id].append(delivery)
    return {owner: _report(one, handed[one.pk]) for owner, one in newest.items()}


def _report(report: Report, handed: list[Delivery]) -> ReportTold:
    last = max(handed, key=lambda one: one.objections_until, default=None)
    return ReportTold(
        id=report.pk,
        version=report.version,
        status=report.status,
        drafted_on=day_of(report.drafted_at),
        issued_on=day_of(report.issued_at) if report.issued_at else None,
        delivered_on=last.delivered_on if last else None,
        objections_until=last.objections_until if last else None,
    )


def _contested(cases: Iterable[UUID]) -> dict[UUID, list[tuple[date, date | None]]]:
    found: dict[UUID, list[tuple[date, date | None]]] = defaultdict(list)
    rows = Contested.objects.filter(objection__report__commission__case__in=cases).values_list(
        "objection__report__commission__case",
        "objection__received_on",
        "resolution__resolved_at",
    )
    for case, taken, over in rows.iterator():
        found[case].append((taken, _day_or_none(over)))
    return found


def _requeried(
    commissions: Collection[UUID],
) -> Mapping[UUID, list[tuple[date, date | None]]]:
    found: dict[UUID, list[tuple[date, date | None]]] = defaultdict(list)
    line = ("commission", "member", "source", "round")
    orders = Reverification.objects.filter(commission__in=commissions)
    asked = {
        tuple(key): day_of(answered or due)
        for *key, answered, due in Inquiry.objects.filter(commission__in=commissions, round__gt=0)
        .annotate(answered=Min("replies__received_at", filter=Q(replies__conclusive=True)))
        .values_list(*line, "answered", "due_at")
    }
    for *key, at in orders.values_list(*line, "ordered_at"):
        found[key[0]].append((day_of(at), asked.get(tuple(key))))
    return found


def _day_or_none(at: datetime | None) -> date | None:
    return day_of(at) if at else None


def _concluded(cases: Iterable[UUID]) -> dict[UUID, Conclusion]:
    made = Determination.objects.filter(report__commission__case__in=cases).order_by("id")
    return {
        one.report.commission.case_id: Conclusion(
            one.pk,
            one.report.commission_id,
            one.report_id,
            one.outcome,
            one.publishes,
            day_of(one.proposed_at),
            _day_or_none(one.confirmed_at),
            one.first_month,
        )
        for one in made.select_related("report__commission").defer("content", "report__body")
    }


STEP = ("id", "kind", "first_day", "last_day", "about", "word", "clock", "days")


def _steps(cases: Iterable[UUID]) -> Mapping[UUID, list[StepTold]]:
    found: dict[UUID, list[StepTold]] = defaultdict(list)
    rows = Step.objects.filter(case__in=cases).order_by("id").values_list("case", *STEP)
    for case, *step in rows:
        found[case].append(StepTold(*step))
    return found


def paused(told: Told, clock: str, on: date, counted: Collection[str]) -> list[Period]:
    """
    Return the days on which a clock stood still, up to a day.

    counted: what stops clocks in this place, such as `supplement`; a stop by hand holds for the
    clock it names, and for the whole course
    """
    periods = [
        Period(step.first_day, _until(step, told.after(step, "resume"), on))
        for step in told.steps
        if step.kind == "pause" and clock in (step.clock, "total")
    ]
    for step in told.steps:
        if step.kind == "supplement" and "supplement" in counted:
            until = _until(step, told.after(step, "supply"), min(on, step.last_day or on))
            periods.append(Period(step.first_day, until))  # when its time is over, ours goes on
        if step.kind in ("publish", "review") and step.kind in counted:
            periods.append(Period(step.first_day, step.last_day or step.first_day))
    if "requery" in counted:
        periods += [Period(day, max(day, min(over or on, on))) for day, over in told.requeried]
    if "objection" in counted and clock != "reverification":
        periods += [Period(taken, over or max(on, taken)) for taken, over in told.contested]
    return periods


def _until(step: StepTold, over: StepTold | None, on: date) -> date:
    """Return the day a pause ended, or that on which it is asked about."""
    return max(step.first_day, over.first_day if over else on)
