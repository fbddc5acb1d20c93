"""审核确认的办理: one officer proposes with reasons, another confirms; adverse only when it may."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from hedui.procedure.authorizations import exhibits
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.acts import signers
from hedui.procedure.objections.queries import held_lines, open_in
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.privileges import MAY_CHANGE
from hedui.procedure.reports.delivering import objections_until
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.versions import replaced_by

GROUND = "社会救助暂行办法 第11条、第13条"


class NotDetermined(Refusal):
    """It may not be concluded so, now, or by this officer."""


@act("提出审核意见", article=GROUND, roles={Role.COMMISSION})
def propose(
    *,
    report: Report,
    outcome: str,
    reasons: str,
    findings: Collection[int] = (),
    apart: str = "",
    papers: Sequence[Paper] = (),
    by: Actor,
) -> Determination:
    """
    Propose what is to be concluded, with reasons; it has no effect until another confirms it.

    findings: positions of the discrepancies on which an adverse conclusion rests; apart and papers:
        how each was confirmed beside the source that showed it

    :raises NotYours: the case is not within the officer's reach
    :raises NotDetermined: no reasons, not the report in force, the officer prepared or signed it,
        or an adverse one rests on nothing, on silence, or on the source alone
    """
    _within_reach(report, by)
    if report.status != Report.Status.ISSUED or replaced_by(report):
        raise NotDetermined("请以最新签发的核对报告为准。")
    if not reasons.strip():
        raise NotDetermined("请写明理由。", "reasons")
    proposed = Determination(
        report=report,
        outcome=outcome,
        findings=sorted(findings),
        apart=apart,
        content=report.commission.case.key.seal({"reasons": reasons.strip()}),
        proposed_by=by.identifier,
        proposed_at=moment(),
    )
    if proposed.is_adverse:
        _rests_on_discrepancies(proposed, papers)
    exhibits.check(papers)
    proposed.entry_id = _noted(proposed)
    proposed.save(force_insert=True)
    exhibits.bring(report.commission.case, proposed.pk, papers, proposed.entry_id)
    return proposed


@act("审核确认", article=GROUND, roles={Role.COMMISSION})
def confirm(*, determination: Determination, by: Actor) -> Determination:
    """
    Confirm as the second officer; a conclusion has effect from this moment, and not before.

    :raises NotYours: the case is not within the officer's reach
    :raises NotDetermined: it is their own, was confirmed before, the report is replaced; or it is
        adverse and the family was not told, may still object, or has an objection open
    """
    report = determination.report
    _within_reach(report, by)
    Report.objects.select_for_update(of=("self",), no_key=True).get(pk=report.pk)
    held = Determination.objects.select_for_update(of=("self",), no_key=True).get(
        pk=determination.pk
    )
    if held.proposed_by == by.identifier:
        raise NotDetermined("提出人不能自己确认,请由另一位委托岗人员确认。")
    if held.confirmed_at is not None:
        raise NotDetermined("这项审核意见已经确认。")
    if replaced_by(report):
        raise NotDetermined("核对报告已有新版,请按新版重新提出审核意见。")
    if held.is_adverse and (why := may_not_yet(report, today())):
        raise NotDetermined(why)
    held.confirmed_by, held.confirmed_at = by.identifier, moment()
    _noted(held)
    held.save(update_fields=MAY_CHANGE["determinations_determination"])
    return held


def may_not_yet(report: Report, on: date) -> str:
    """Say why nothing adverse may be concluded on a report on a day; "" where it may."""
    until = objections_until(report)
    if until is None:
        return "核对报告还没有送达家庭,不能作出不利的审核确认。"
    if on <= until:
        return f"家庭可以在{until.year}年{until.month}月{until.day}日以前提出异议,期满后再确认。"
    if open_in(report.commission):
        return "还有异议没有复核完,所涉事项暂缓使用。"
    return ""


def _within_reach(report: Report, by: Actor) -> None:
    if not visible_to(by).filter(pk=report.commission.case_id).exists():
        raise NotYours
    if by.identifier in signers(report):
        raise NotDetermined("您经办或者签发了这份报告,请由其他人员审核确认。")


def _rests_on_discrepancies(proposed: Determination, papers: Sequence[Paper]) -> None:
    report = proposed.report
    stated = {f.position: f.status for f in report.findings.filter(position__in=proposed.findings)}
    if not stated or set(stated) != set(proposed.findings):
        raise NotDetermined("请选择不利意见所依据的不一致事项。", "findings")
    if set(stated.values()) != {"inconsistent"}:
        raise NotDetermined("未核到、未反馈、待说明和不可比的事项不能作为不利依据。", "findings")
    if held_lines(report) & set(stated):
        raise NotDetermined("有异议的事项暂缓使用,不能作为不利依据。", "findings")
    if not proposed.apart or not papers:
        raise NotDetermined("不利意见须另行核实,并附核实材料,不能只凭来源的数据。", "apart")


def _noted(held: Determination) -> UUID:
    return note(
        case=held.report.commission.case_id,
        report=str(held.report_id),
        determination=str(held.pk),
        outcome=held.outcome,
        findings=held.findings,
    )
