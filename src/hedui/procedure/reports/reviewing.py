"""
来源核实 (reviewing): whether a source was right, its corrections, and when it is used no more.

An officer looks into a discrepancy with the family. Where the source was wrong the department is
asked to put it right; where sources were wrong too often what they say is used against nobody.
"""

from typing import Any

from django.conf import settings

from hedui.procedure.agencies.models import Department, Suspension
from hedui.procedure.agencies.suspensions import since, suspend
from hedui.procedure.cases.acts import NotYours, next_number
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Inquiry, Reply
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.procedure.record.scope import SOURCES, acting_as
from hedui.procedure.reports.assessment import stated_in
from hedui.procedure.reports.compose import compose
from hedui.procedure.reports.heard import heard
from hedui.procedure.reports.models import Cause, Correction, Finding, Report, SourceReview
from hedui.values.working_days import add_working_days

ARTICLE = "个人信息保护法 第8条、第46条"
OPEN_TO_REVIEW = ("inconsistent", "awaiting_explanation")
FOLLOWS: dict[str, str] = {
    Cause.SOURCE_ERROR: SourceReview.Fault.VALUE,
    **dict.fromkeys((Cause.VALUATION, Cause.OWNERSHIP, Cause.EXEMPT, Cause.UNDECLARED), ""),
}
RECOMPOSED = (
    "sources",
    "findings",
    "guidance",
    "totals",
    "assessment",
    "rules",
    "assessment_note",
)


class NotReviewed(Refusal):
    """What was found cannot be looked into, or was already."""


@act("核实来源", article=ARTICLE, roles={Role.VERIFY})
def review_source(*, finding: Finding, fault: str = "", by: Actor) -> SourceReview:
    """
    Record whether the source of a discrepancy was right; where it was wrong, ask it to correct.

    fault: what was wrong, of `SourceReview.Fault`; none where the source was right

    :raises NotYours: another body verifies the case
    :raises NotReviewed: it is no discrepancy with a source, or was looked into already
    """
    commission = finding.report.commission
    if commission.body_id != by.agency:
        raise NotYours
    if fault and fault not in SourceReview.Fault.values:
        raise NotReviewed("请选择来源有误的类别。", "fault")
    asked = _asked(finding, commission)
    if asked is None:
        raise NotReviewed("只有与来源不一致、待说明的事项可以核实来源。")
    # Locked: of two officers the second sees the first one's review, and counts it.
    Department.objects.select_for_update(no_key=True).get(pk=asked.department_id)
    if SourceReview.objects.filter(finding=finding).exists():
        raise NotReviewed("这一项已经核实过来源。")
    at = moment()
    review = SourceReview(
        finding=finding,
        department_id=asked.department_id,
        is_wrong=bool(fault),
        fault=fault,
        reviewed_by=by.identifier,
        reviewed_at=at,
    )
    review.entry_id = note(
        case=commission.case_id,
        report=str(finding.report_id),
        finding=str(finding.pk),
        department=str(asked.department_id),
        fault=fault,
    )
    review.save(force_insert=True)
    if fault:
        _request(review, asked)
    overturned, reviewed = counted(asked.department)
    suspend(
        asked.department_id,
        overturned=overturned,
        reviewed=reviewed,
        above=settings.HEDUI_SOURCE_ERRORS_PERCENT / 100,
        at=at,
    )
    return review


def review_by_cause(*, finding: Finding, cause: str, by: Actor) -> None:
    """
    Record of a source what follows from the cause of a difference that an officer settled on.

    来源有误 says that it was wrong, and that it was right whatever leaves its record as it is. Of
    whom it is and when, one cause may lie on either side: the officer says so by hand. To be called
    within an act; what was looked into before stands.
    """
    fault = FOLLOWS.get(cause)
    commission = finding.report.commission
    if fault is None or Role.VERIFY not in by.roles or commission.body_id != by.agency:
        return
    known = SourceReview.objects.filter(finding=finding).exists()
    if not known and _asked(finding, commission) is not None:
        review_source(finding=finding, fault=fault, by=by)


def counted(department: Department) -> tuple[int, int]:
    """Count a department's errors and what was looked into, by all bodies, since it last stood."""
    with acting_as(SOURCES):
        reviews = SourceReview.objects.filter(department=department)
        if (begun := since(department.pk)) is not None:
            reviews = reviews.filter(reviewed_at__gt=begun)
        wrong = list(reviews.values_list("is_wrong", flat=True))
    return sum(wrong), len(wrong)


def set_aside(report: Report) -> dict[str, Any]:
    """
    Return the parts of a report's body anew where a source was suspended since it was drafted.

    Its discrepancies become 待说明, and nothing is computed by what it says. To be called within
    the act that rewrites the report, and returns nothing where no suspended source speaks.
    """
    found = adverse_by_suspended(report)
    if not found:
        return {}
    commission = report.commission
    commission.declaration.case = commission.case
    stated = stated_in(commission.declaration)
    body = compose(commission, stated, heard(commission, stated))
    if len(body["findings"]) != len(report.opened["findings"]):
        raise Trouble("来源停用后重新生成的比对结果与初稿不符,请联系软件维护方。")
    Finding.objects.filter(pk__in=[one.pk for one in found]).update(status="awaiting_explanation")
    note(set_aside=len(found))
    return {name: body[name] for name in RECOMPOSED if name in body}


def adverse_by_suspended(report: Report) -> list[Finding]:
    """Return the discrepancies of a report that a suspended source alone asserts."""
    suspended = list(
        Suspension.objects.filter(lifted_at=None).values_list("department_id", flat=True)
    )
    if not suspended:
        return []
    asked = set(
        Inquiry.objects.filter(
            commission=report.commission_id, department__in=suspended
        ).values_list("member_id", "source")
    )
    found = report.findings.filter(status="inconsistent")
    return [one for one in found if (one.member_id, one.source) in asked]


def _asked(finding: Finding, commission: Commission) -> Inquiry | None:
    """Return the question on whose answer a discrepancy rests, the last where there are several."""
    if finding.status not in OPEN_TO_REVIEW:
        return None
    return (
        commission.inquiries.select_related("department")
        .filter(member=finding.member_id, source=finding.source, replies__conclusive=True)
        .order_by("-id")
        .first()
    )


def _request(review: SourceReview, asked: Inquiry) -> Correction:
    reply = Reply.objects.select_related("ticket").get(inquiry=asked, conclusive=True)
    day = review.reviewed_at.astimezone(SHANGHAI).date()
    correction = Correction(
        review=review,
        number=next_number(f"GZ-{asked.department.division}-{day:%Y}"),
        message=reply.ticket.message,
        inquiry=asked,
        serial=reply.serial,
        items=[review.finding.item],
        requested_at=review.reviewed_at,
        answer_until=add_working_days(day, settings.HEDUI_CORRECTION_DAYS),
        entry_id=review.entry_id,
    )
    note(correction=correction.number, answer_until=correction.answer_until.isoformat())
    correction.save(force_insert=True)
    return correction
