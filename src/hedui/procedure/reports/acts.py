"""核对报告的办理: request, submit, send back, issue (the draft is made in drafting.py)."""

from datetime import date, timedelta
from typing import Any

from hedui.procedure.agencies.models import Officer
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import took_in
from hedui.procedure.commissions import acts as commissions
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, china_text, moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.privileges import MAY_CHANGE
from hedui.procedure.reports.accepting import accepted_in, as_accepted
from hedui.procedure.reports.drafting import sealed
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.reviewing import adverse_by_suspended, review_by_cause, set_aside
from hedui.procedure.reports.tasks import enqueue

VALID_FOR = timedelta(days=180)


class NotInThisState(Refusal):
    """The report is not where this act finds it."""


class SecondPersonNeeded(Refusal):
    """Who prepared a report, or took the case in, cannot issue it."""

    def __init__(
        self, message: str = "签发人不能是经办人本人,请由另一位复核签发岗人员签发。"
    ) -> None:
        super().__init__(message)


class SourceSuspended(Refusal):
    """What a suspended source says is used against nobody."""

    def __init__(self) -> None:
        super().__init__("报告中有来源刚被停止用于不利认定,请退回经办,重新提交后再签发。")


class NotThisOfficer(Refusal):
    """Somebody would act in another's name."""

    def __init__(self) -> None:
        super().__init__("只能以本人名义办理。")


@act("申请核对报告", article="社会救助暂行办法 第58条", roles={Role.INTAKE, Role.COMMISSION})
def request(*, case: Case, by: Actor, urgency: str = "") -> Commission:
    """Commission a case and queue its verification, both or neither; urgency: as there."""
    ordered = commissions.commission(case=case, by=by, urgency=urgency)
    note(case=case.id, commission=str(ordered.id))
    enqueue(ordered)
    return ordered


@act(
    "查阅核对报告",
    article="个人信息保护法 第51条",
    roles={Role.INTAKE, Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN},
)
def consult(*, report: Report, manner: str, by: Actor) -> dict[str, Any]:  # noqa: ARG001
    """
    Open a report; to see it is an act, and leaves its entry.

    manner: as what it is seen or taken away: `page`, `pdf`, `json`, `explanation`,
        `api-json`, `api-pdf`, or `file` at the terminal
    """
    note(case=report.commission.case_id, report=str(report.id), manner=manner)
    return report.opened


@act("提交签发", article="民办函〔2011〕365号 三 规范流程", roles={Role.VERIFY})
def submit(*, report: Report, officer: Officer, by: Actor) -> Report:
    """
    The officer in charge 经办 has examined the draft and submits it for issue.

    What was accepted tells of each source whether it was right. Where a source is suspended since
    it was drafted, what it says is set aside.
    """
    _in_own_name(officer, by)
    held = _held(report, Report.Status.DRAFT, by)
    for one in accepted_in(held):
        review_by_cause(finding=one.finding, cause=one.cause, by=by)
    held.status, held.prepared_by, held.submitted_at = Report.Status.SUBMITTED, officer, moment()
    body = as_accepted(held, set_aside(held)) | {
        "status": held.status.value,
        "prepared_by": {
            "name": by.name,
            "at": china_text(held.submitted_at),
        },
    }
    return _rewrite(held, body)


@act("退回经办", article="民办函〔2011〕365号 三 规范流程", roles={Role.COUNTERSIGN})
def send_back(*, report: Report, by: Actor) -> Report:
    """The second person sends a report back to be examined again."""
    held = _held(report, Report.Status.SUBMITTED, by)
    held.status, held.prepared_by, held.submitted_at = Report.Status.DRAFT, None, None
    return _rewrite(held, held.opened | {"status": held.status.value, "prepared_by": None})


@act("签发报告", article="民办函〔2011〕365号 三 规范流程", roles={Role.COUNTERSIGN})
def issue(
    *, report: Report, officer: Officer, valid_until: date | None = None, by: Actor
) -> Report:
    """
    A second person 签发 signs the report off; from then on it is fixed.

    valid_until: default 180 days from today; of a further version, the day of the one before

    :raises SecondPersonNeeded: the officer prepared it, or took the case in
    :raises SourceSuspended: a source was suspended since it was submitted, and speaks in it
    """
    _in_own_name(officer, by)
    held = _held(report, Report.Status.SUBMITTED, by)
    if held.prepared_by_id == officer.pk:
        raise SecondPersonNeeded
    if took_in(by, case=held.commission.case):
        raise SecondPersonNeeded("您受理了本案,请由没有受理的人员签发。")
    if adverse_by_suspended(held):
        raise SourceSuspended
    at = moment().astimezone(SHANGHAI)
    held.status, held.countersigned_by, held.issued_at = Report.Status.ISSUED, officer, at
    held.valid_until = valid_until or _valid_until(held, at.date())
    body = held.opened | {
        "status": held.status.value,
        "issued_at": china_text(at),
        "valid_until": held.valid_until.isoformat(),
        "countersigned_by": {"name": by.name, "at": china_text(at)},
    }
    return _rewrite(held, body)


def _valid_until(report: Report, on: date) -> date:
    before = report.commission.reports.filter(version=report.version - 1).first()
    held = before.valid_until if before else None
    return held if held and held >= on else on + VALID_FOR


def _in_own_name(officer: Officer, by: Actor) -> None:
    if by.identifier != f"officer:{officer.pk}":
        raise NotThisOfficer


def _held(report: Report, status: Report.Status, by: Actor) -> Report:
    held = (
        Report.objects.select_for_update(of=("self",), no_key=True)
        .select_related("commission__case", "commission__declaration")
        .get(pk=report.pk)
    )
    if held.commission.body_id != by.agency:
        raise NotYours
    if held.status != status:
        raise NotInThisState(f"报告现在是“{held.get_status_display()}”,不能这样办理,请刷新页面。")
    return held


def _rewrite(held: Report, body: dict[str, Any]) -> Report:
    for name, value in sealed(held.commission.case, body).items():
        setattr(held, name, value)
    held.__dict__.pop("opened", None)
    note(case=held.commission.case_id, report=str(held.id), digest=held.digest, status=held.status)
    held.save(update_fields=MAY_CHANGE["reports_report"])
    return held
