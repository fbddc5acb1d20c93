"""审核确认的办理: one officer proposes with reasons, another confirms; adverse only when it may."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from hedui.procedure.authorizations import exhibits
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.queries import took_in, visible_to
from hedui.procedure.cases.terms import custom
from hedui.procedure.commissions.acts import conclude
from hedui.procedure.commissions.queries import lock
from hedui.procedure.determinations.attending import not_attended
from hedui.procedure.determinations.models import FAVOURABLE, PAYS, Determination
from hedui.procedure.determinations.standing import stand
from hedui.procedure.determinations.suggesting import (
    departs,
    fails_as_declared,
    first_month_of,
    paid_now,
    suggested,
)
from hedui.procedure.determinations.told import told_of
from hedui.procedure.objections.acts import signers
from hedui.procedure.objections.queries import held_lines, open_in, upheld_lines
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.privileges import MAY_CHANGE
from hedui.procedure.reports.delivering import objections_until
from hedui.procedure.reports.models import Cause, Report
from hedui.procedure.reports.versions import replaced_by
from hedui.values.money import yuan_text

GROUND = "社会救助暂行办法 第11条、第13条"


class NotDetermined(Refusal):
    """It may not be concluded so, now, or by this officer."""


@dataclass(frozen=True, slots=True)
class Decided:
    """
    What aid is decided beside the outcome.

    amount_fen: fen a month, None where the rules' amount stands or no money is paid; first_month:
    any day of the first month, None where the place's rule stands; departs: why it is decided
    otherwise than the rules suggest
    """

    amount_fen: int | None = None
    first_month: date | None = None
    departs: str = ""


@act("提出审核意见", article=GROUND, roles={Role.COMMISSION})
def propose(
    *,
    report: Report,
    outcome: str,
    reasons: str,
    decided: Decided | None = None,
    basis: str = "",
    findings: Collection[int] = (),
    apart: str = "",
    papers: Sequence[Paper] = (),
    by: Actor,
) -> Determination:
    """
    Propose what is to be concluded, with reasons; it has no effect until another confirms it.

    basis: what an adverse one rests on; findings: the positions of the discrepancies, where it
        rests on these; apart and papers: how it was confirmed beside where it came from

    :raises NotYours: the case is not within the officer's reach
    :raises NotDetermined: the course does not lead there from where the case stands; no reasons,
        not the report in force, the officer prepared or signed it,
        it differs from what the rules suggest and does not say why, less is called no reduction,
        or an adverse one rests on nothing, on silence, or on one source alone
    """
    _within_reach(report, by)
    if why := may_not_propose(report, today()):
        raise NotDetermined(why)
    if not reasons.strip():
        raise NotDetermined("请写明理由。", "reasons")
    case, is_adverse = report.commission.case, outcome not in FAVOURABLE
    content, first_month = _weighed(report, outcome, decided or Decided())
    proposed = Determination(
        report=report,
        outcome=outcome,
        findings=sorted(findings),
        apart=apart,
        basis=(basis or Determination.Basis.FINDING) if is_adverse else "",
        first_month=first_month,
        publishes=outcome == Determination.Outcome.GRANT
        and custom("publish", case.division, case.programme).is_asked,
        content=case.key.seal({"reasons": reasons.strip(), **content}),
        proposed_by=by.identifier,
        proposed_at=moment(),
    )
    if is_adverse:
        _rests_on_something(proposed, papers)
    exhibits.check(papers)
    proposed.entry_id = _noted(proposed)
    proposed.save(force_insert=True)
    exhibits.bring(case, proposed.pk, papers, proposed.entry_id)
    return proposed


def may_not_propose(report: Report, on: date) -> str:
    """Say why nothing may be proposed on a report on a day; "" where it may."""
    case = report.commission.case
    if report.status != Report.Status.ISSUED or replaced_by(report):
        return "请以最新签发的核对报告为准。"
    if case.steps.filter(kind="hear", about=report.commission_id).exists():
        return "另一系统已经告知这项委托的审核确认结果,不在这里提出。"
    current = stand(told_of(case), on).state
    if not current.allows("determinations.propose"):
        return f"案件目前是“{current.label}”,不能提出审核意见。"
    for kind in ("visit", "review"):
        asked = custom(kind, case.division, case.programme)
        if asked.is_asked and not case.steps.filter(kind=kind).exists():
            return f"本地要求先{asked.label},请登记以后再提出审核意见。"
    return ""


def _weighed(report: Report, outcome: str, decided: Decided) -> tuple[dict[str, Any], date | None]:
    """Return what the rules suggest beside what is decided, and the first month."""
    rules = suggested(report)
    pays, before = outcome in PAYS, paid_now(report.commission.case)
    amount = decided.amount_fen
    if pays and amount is None:
        amount = rules.amount_fen
    if amount is not None and amount < 0:
        raise NotDetermined("金额不能是负数。", "amount")
    if not pays and amount:
        raise NotDetermined("不予确认和停发没有金额。", "amount")
    _says_what_it_does(outcome, amount, before)
    differs = departs(outcome, amount, rules)
    if differs and not decided.departs.strip():
        raise NotDetermined("与规则测算不同的,请写明不同的理由。", "departs")
    first_month = decided.first_month
    if first_month is None and outcome != Determination.Outcome.REFUSE:
        first_month = first_month_of(report.commission.case, today())
    weighed = {
        "suggested": rules.outcome,
        "computed_fen": rules.amount_fen,
        "computed_basis": rules.basis,
        "amount_fen": amount if pays else None,
        "before_fen": before,
        "departs": decided.departs.strip() if differs else "",
    }
    return weighed, first_month and first_month.replace(day=1)


def _says_what_it_does(outcome: str, amount: int | None, before: int | None) -> None:
    """Refuse less in the name of more: what is lowered is adverse, whatever it is called."""
    if outcome == Determination.Outcome.INCREASE:
        if before is None:
            raise NotDetermined("还没有在发放的金额,不能增发;请选择“确认给予”。", "outcome")
        if amount is None or amount <= before:
            raise NotDetermined(f"增发的金额须高于现在的每月 {yuan_text(before)} 元。", "amount")
    if outcome == Determination.Outcome.GRANT and before is not None and (amount or 0) < before:
        said = f"少于现在的每月 {yuan_text(before)} 元的,请选择“减发”。"
        raise NotDetermined(said, "outcome")


@act("审核确认", article=GROUND, roles={Role.COMMISSION})
def confirm(*, determination: Determination, by: Actor) -> Determination:
    """
    Confirm as the second officer; a conclusion has effect from this moment, and not before.

    :raises NotYours: the case is not within the officer's reach
    :raises NotDetermined: it is their own, was confirmed before, the report is replaced; or it is
        adverse and the family was not told, may still object, or has an objection open, or the
        officer has not read the report and opened the papers
    """
    report = determination.report
    _within_reach(report, by)
    lock(report.commission)  # it is closed by this, and a new version locks it before this one
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
    if took_in(by, case=report.commission.case):
        raise NotDetermined("您受理了本案,请由没有受理的人员确认。")
    if held.is_adverse and (why := may_not_yet(report, today()) or not_attended(held, by)):
        raise NotDetermined(why)
    _not_upheld(held)
    if why := _not_its_turn(held, today()):
        raise NotDetermined(why)
    held.confirmed_by, held.confirmed_at = by.identifier, moment()
    _noted(held)
    held.save(update_fields=MAY_CHANGE["determinations_determination"])
    if held.outcome not in PAYS:
        conclude(case=report.commission.case, by=by)
    return held


def _not_its_turn(held: Determination, on: date) -> str:
    """Say why a case does not stand at this proposal; what is for the family waits for none."""
    told = told_of(held.report.commission.case)
    if told.conclusion is None or told.conclusion.id != held.pk:
        return "已经另有更新的审核意见,请确认最新的一项。"
    current = stand(told if held.is_adverse else replace(told, contested=()), on).state
    return "" if current.name == "confirming" else f"案件目前是“{current.label}”,还不能确认。"


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


def _rests_on_something(proposed: Determination, papers: Sequence[Paper]) -> None:
    if proposed.basis == Determination.Basis.DECLARATION:
        _rests_on_the_declaration(proposed)
    else:
        _rests_on_discrepancies(proposed)
    if not proposed.apart or not papers:
        raise NotDetermined("不利意见须另行核实,并附核实材料,不能只凭来源的数据。", "apart")


def _rests_on_the_declaration(proposed: Determination) -> None:
    if proposed.findings:
        raise NotDetermined("只凭家庭申报的,不要选择不一致事项。", "findings")
    if not fails_as_declared(proposed.report):
        raise NotDetermined("按家庭申报测算没有不符合条件,不能只凭申报作不利意见。", "basis")
    if proposed.apart == Determination.Apart.SOURCE:
        said = "只凭家庭申报的,请由家庭再次书面说明、提交材料,或者入户调查核实。"
        raise NotDetermined(said, "apart")


def _rests_on_discrepancies(proposed: Determination) -> None:
    report = proposed.report
    stated = {f.position: f.status for f in report.findings.filter(position__in=proposed.findings)}
    if not stated or set(stated) != set(proposed.findings):
        raise NotDetermined("请选择不利意见所依据的不一致事项。", "findings")
    if set(stated.values()) != {"inconsistent"}:
        raise NotDetermined("未核到、未反馈、待说明和不可比的事项不能作为不利依据。", "findings")
    if held_lines(report) & set(stated):
        raise NotDetermined("有异议的事项暂缓使用,不能作为不利依据。", "findings")
    _not_upheld(proposed)
    lines = report.opened["findings"]
    if any(_is_explained(lines[position]) for position in stated):
        raise NotDetermined("已经说明清楚的事项不能作为不利依据。", "findings")


def _not_upheld(held: Determination) -> None:
    """Refuse what rests on an item against which an objection held, until a new version says so."""
    if upheld_lines(held.report) & set(held.findings):
        raise NotDetermined("所依据的事项异议已经成立,请先拟制新版报告。", "findings")


def _is_explained(line: Mapping[str, Any]) -> bool:
    """Tell whether no difference is left: not this person, a wrong source, or as declared."""
    if line["cause"] in (Cause.IDENTITY, Cause.SOURCE_ERROR):
        return True
    return line["accepted"] is not None and line["accepted"] == line["declared"]


def _noted(held: Determination) -> UUID:
    return note(
        case=held.report.commission.case_id,
        report=str(held.report_id),
        determination=str(held.pk),
        outcome=held.outcome,
        findings=held.findings,
    )
