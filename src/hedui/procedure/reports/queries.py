"""
Reads for the desk: what is to be done, where a case stands, what a report says.

A case has no state column; its stage is told by the rows that are there, in one expression.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Case as Ladder
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from hedui import catalogue, policy
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.states import serving
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Case, Declaration, Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.failures import OFFICER, failure_of
from hedui.procedure.inquiries.grounds import Unopened, unopened
from hedui.procedure.inquiries.outcomes import OUTCOMES
from hedui.procedure.inquiries.queries import Came, asked_in
from hedui.procedure.record import opening
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.reports.compose import purpose_of
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.versions import replaced_by
from hedui.values.divisions import full_name

PAGE = 20


class Stage(StrEnum):
    """Where a case stands 阶段, told by what is there."""

    DRAFT = "draft"
    AUTHORIZE = "authorize"
    COMMISSION = "commission"
    VERIFYING = "verifying"
    EXAMINE = "examine"
    COUNTERSIGN = "countersign"
    ISSUED = "issued"

    @property
    def label(self) -> str:
        """Return the stage as users read it."""
        return STAGE_LABELS[self]


STAGE_LABELS = {
    Stage.DRAFT: "申报待完成",
    Stage.AUTHORIZE: "待授权",
    Stage.COMMISSION: "待委托",
    Stage.VERIFYING: "核对中",
    Stage.EXAMINE: "待经办核定",
    Stage.COUNTERSIGN: "待签发",
    Stage.ISSUED: "已签发",
}
STAGES_OF = {
    Role.INTAKE: (Stage.DRAFT, Stage.AUTHORIZE, Stage.COMMISSION),
    Role.COMMISSION: (Stage.COMMISSION,),
    Role.VERIFY: (Stage.EXAMINE,),
    Role.COUNTERSIGN: (Stage.COUNTERSIGN,),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the list."""

    number: str
    applicant: str
    programme_label: str
    division_name: str
    agency: str
    applied_on: date
    opened_at: datetime
    stage: Stage
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of cases; `counts` has every stage, whatever the filter."""

    lines: list[Line]
    total: int
    page: int
    pages: int
    counts: dict[Stage, int]
    mine: int


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What one source has answered about one member so far.

    is_late: it came after the report was drafted, and is not in it
    opens_at: from when its department is asked, where that is not yet
    """

    source: str
    label: str
    unit: str
    outcome: str
    outcome_label: str
    reason: str
    as_of: date | None
    at: datetime | None
    attempts: int
    is_late: bool = False
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far the verification of a case is: answers by member key, the report once it is there.

    unopened: how many of what is asked wait for a department's hours; opens_at: the first of these
    """

    commission: Commission | None
    report: Report | None
    asked: int = 0
    answered: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    unopened: int = 0
    opens_at: datetime | None = None

    @property
    def under_way(self) -> bool:
        """Whether answers or the draft report are still to come."""
        return bool(self.commission and not self.report and not self.commission.closed_at)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What anybody may learn who holds the code of a report: nothing about persons."""

    number: str
    version: int
    body: str
    purpose: str
    issued_on: date
    valid_until: date
    in_force: bool
    digest: str
    replaced_by: str


def my_stages(reader: Actor) -> tuple[Stage, ...]:
    """Return the stages at which `reader`'s posts have something to do."""
    mine = {stage for role, stages in STAGES_OF.items() if role in reader.roles for stage in stages}
    return tuple(stage for stage in Stage if stage in mine)


def unsigned(at: datetime) -> Exists:
    """Tell of a case whether a member has no authorization that is active at a moment."""
    live = Authorization.objects.filter(serving(at), member=OuterRef("pk"))
    return Exists(Member.objects.filter(case=OuterRef("pk"), replaced=False).exclude(Exists(live)))


def staged(found: QuerySet[Case], at: datetime) -> Any:  # a query set; types know no annotation
    """Add the stage to cases."""
    reports = Report.objects.filter(commission__case=OuterRef("pk"))
    commissions = Commission.objects.filter(
        case=OuterRef("pk"), closed_at__isnull=True, reports=None
    )
    ladder = (
        (reports.filter(status=Report.Status.DRAFT), Stage.EXAMINE),
        (reports.filter(status=Report.Status.SUBMITTED), Stage.COUNTERSIGN),
        (commissions, Stage.VERIFYING),
        (reports.filter(status=Report.Status.ISSUED), Stage.ISSUED),
    )
    return found.annotate(
        stage=Ladder(
            *(When(Exists(rows), then=Value(stage.value)) for rows, stage in ladder),
            When(
                ~Exists(Declaration.objects.filter(case=OuterRef("pk"))),
                then=Value(Stage.DRAFT.value),
            ),
            When(unsigned(at), then=Value(Stage.AUTHORIZE.value)),
            default=Value(Stage.COMMISSION.value),
            output_field=CharField(),
        )
    )


def worklist(
    reader: Actor,
    *,
    stages: Iterable[Stage] = (),
    programme: str = "",
    text: str = "",
    page: int = 1,
) -> Worklist:
    """
    Return the cases that `reader` sees, newest first; a page of twenty.

    stages: only these, all if empty. text: a case number, an applicant's full name, a full ID
    number; numbers and names are looked up by their blind index.
    """
    found = staged(cases.visible_to(reader), moment())
    if programme:
        found = found.filter(programme=programme)
    if text:
        found = cases.matching(found, text)
    counts = {
        Stage(name): count
        for name, count in found.order_by().values_list("stage").annotate(Count("pk"))
    }
    wanted = [stage.value for stage in stages]
    listed = found.filter(stage__in=wanted) if wanted else found
    total = sum(counts.get(Stage(name), 0) for name in wanted) if wanted else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    mine = my_stages(reader)
    shown = list(listed[(page - 1) * PAGE : page * PAGE])
    opening.listed([case.pk for case in shown], sought=bool(text))
    return Worklist(
        lines=[_line(reader, case, mine) for case in shown],
        total=total,
        page=page,
        pages=pages,
        counts={stage: counts.get(stage, 0) for stage in Stage},
        mine=sum(counts.get(stage, 0) for stage in mine),
    )


def stage_of(reader: Actor, *, case: Case) -> Stage:  # noqa: ARG001 - scoped by the case
    """Return the stage of one case."""
    found = staged(Case.objects.filter(pk=case.pk), moment())
    return Stage(found.get().stage)


def progress_of(reader: Actor, *, case: Case) -> Progress:
    """Return what each source has answered about whom, for the newest commission."""
    commission = Commission.objects.filter(case=case).select_related("agency", "body").first()
    if commission is None:
        return Progress(None, None)
    commission.case = case
    return progress_in(reader, commission=commission)


def progress_in(reader: Actor, *, commission: Commission) -> Progress:  # noqa: ARG001 - scoped by it
    """Return what each source has answered about whom on one commission."""
    report = commission.reports.order_by("-version").first()
    answers: dict[str, list[Answer]] = {}
    answered = asked = 0
    rank = {name: place for place, name in enumerate(catalogue.sources())}
    for inquiry in sorted(asked_in(commission), key=lambda i: rank[i.source]):
        reply, last = inquiry.concluding, inquiry.last
        waiting = "NO_REPLY" if report else "WAITING"
        outcome = reply.outcome if reply else waiting
        asked, answered = asked + 1, answered + (reply is not None)
        answers.setdefault(inquiry.member_key, []).append(
            Answer(
                source=inquiry.source,
                label=catalogue.sources()[inquiry.source].label,
                unit=(reply.unit if reply else "") or inquiry.department,
                outcome=outcome,
                outcome_label=OUTCOMES[outcome],
                reason=_reason(reply or last),
                as_of=reply.as_of if reply else None,
                at=last.received_at if last else None,
                attempts=inquiry.attempts,
                is_late=bool(reply and report and reply.received_at > report.drafted_at),
            )
        )
    if report or commission.closed_at:
        return Progress(commission, report, asked, answered, answers)
    later = unopened(commission)
    for one in later:
        answers.setdefault(one.member_key, []).append(_unopened(one))
    first = min((one.opens_at for one in later), default=None)
    return Progress(commission, None, asked + len(later), answered, answers, len(later), first)


def _unopened(one: Unopened) -> Answer:
    return Answer(
        source=one.source,
        label=catalogue.sources()[one.source].label,
        unit=one.department,
        outcome="WAITING",
        outcome_label=OUTCOMES["NOT_OPEN"],
        reason="",
        as_of=None,
        at=None,
        attempts=0,
        opens_at=one.opens_at,
    )


def _reason(came: Came | None) -> str:
    """Say why an answer is not used, and what whoever is in charge of the case does about it."""
    kind = came and failure_of(came.outcome, came.code)
    if not came or not kind:
        return ""
    if came.conclusive:
        return kind.remedy if kind.by == OFFICER else ""
    return kind.label


def report_of(reader: Actor, *, number: str) -> Report:
    """
    Return a report by its number; until it is issued only its verification body reads it.

    :raises Report.DoesNotExist: also where it is not theirs
    """
    return (
        Report.objects.select_related(
            "commission__case__agency", "commission__body", "prepared_by", "countersigned_by"
        )
        .filter(commission__case__in=cases.visible_to(reader))
        .filter(Q(status=Report.Status.ISSUED) | Q(commission__body=reader.agency))
        .get(number=number)
    )


def is_handled_by(reader: Actor, *, report: Report) -> bool:
    """Tell whether the report belongs to the verification body of `reader`."""
    return report.commission.body_id == reader.agency


def signed(reader: Actor, *, report: Report) -> dict[str, Any]:  # noqa: ARG001 - scoped by report
    """Return report.json: the body and the platform's detached signature over it."""
    return {"report": report.opened, "signature": report.signature}


def confirmation_url(report: Report) -> str:
    """Return the public address that confirms a report, as it is printed on paper."""
    return f"{settings.HEDUI_PUBLIC_URL}/verify/{report.code}/"


def confirmation(*, code: str, today: date) -> Confirmation | None:
    """Return what a code confirms, None unless it is that of an issued report."""
    found = (
        Report.objects.select_related("commission__body")
        .filter(code=code, status=Report.Status.ISSUED)
        .first()
    )
    if found is None or found.valid_until is None or found.issued_at is None:
        return None
    newer = replaced_by(found)
    return Confirmation(
        number=found.number,
        version=found.version,
        body=found.commission.body.name,
        purpose=purpose_of(found.commission.purpose),
        issued_on=found.issued_at.astimezone(SHANGHAI).date(),
        valid_until=found.valid_until,
        in_force=today <= found.valid_until,
        digest=found.digest,
        replaced_by=newer.number if newer else "",
    )


def _line(reader: Actor, case: Any, mine: tuple[Stage, ...]) -> Line:
    stage = Stage(case.stage)
    known = policy.known_programmes().get(case.programme)
    return Line(
        number=case.number,
        applicant=cases.applicant_of(reader, case=case),
        programme_label=known.label if known else case.programme,
        division_name=full_name(case.division),
        agency=case.agency.name,
        applied_on=case.applied_on,
        opened_at=case.opened_at,
        stage=stage,
        is_mine=stage in mine,
    )
