"""
认定 (accept): the officer in charge says how a difference came about, and what counts.

Finding by finding, guided by questions, one for each cause. 应申报未申报 is left only where every
other cause was ruled out with a word on each, and after the family had its time to object.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hedui.procedure.authorizations import exhibits
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.accepted import mark, with_accepted
from hedui.procedure.reports.assessment import stated_in
from hedui.procedure.reports.heard import found_in
from hedui.procedure.reports.models import Acceptance, Cause, Delivery, Finding, Report
from hedui.values.money import MoneyError, fen_from_yuan, yuan_text

# What the officer asks, and asks the family, before a cause is chosen or ruled out.
QUESTIONS = {
    Cause.IDENTITY: "查到的是不是本人？有没有同名同号、改名、换号、被人冒用身份登记？",
    Cause.TIME: "查到的情形现在还在不在？有没有已经卖掉、报废、注销、支取，而来源还没有更新？",
    Cause.VALUATION: "金额或价值按什么口径、哪一天计算？来源的算法与申报的算法是否不同？",
    Cause.OWNERSHIP: "是不是共有、代持、借名、过手的钱？本人实际占多少份额？",
    Cause.EXEMPT: "按规定是不是不计入？如赔偿款、救助款、优待抚恤金、残疾人代步车、必需的农具。",
    Cause.SOURCE_ERROR: "来源部门的记录是不是有误？是否已经要求该部门更正？",
    Cause.UNDECLARED: "以上都已排除，家庭也已得到告知并有机会说明，确属应当申报而没有申报的？",
}
MARKS = ("accepted", "cause", "cause_label", "explanation")
OTHERS = tuple(cause for cause in Cause if cause is not Cause.UNDECLARED)


class NotAccepted(Refusal):
    """What was entered cannot be accepted on this finding, now."""


@act("认定差异", article="最低生活保障审核确认办法(民发〔2021〕57号)", roles={Role.VERIFY})
def accept(
    *,
    finding: Finding,
    cause: str,
    accepted: str,
    reason: str,
    excluded: Mapping[str, str] | None = None,
    papers: Sequence[Paper] = (),
    by: Actor,
) -> Acceptance:
    """
    Say of one finding of a draft how the difference came about, and what is accepted.

    accepted: yuan, or a number of things; excluded: a word on each cause that was ruled out

    :raises NotYours: another body verifies
    :raises NotAccepted: not a draft, no reason, no amount, or not yet to be called undeclared
    """
    report = Report.objects.select_for_update(of=("self",), no_key=True).get(pk=finding.report_id)
    case, line = report.commission.case, report.opened["findings"][finding.position]
    if report.commission.body_id != by.agency:
        raise NotYours
    if report.status != Report.Status.DRAFT:
        raise NotAccepted("只有待经办核定的报告可以认定差异。")
    said = {name: word.strip() for name, word in (excluded or {}).items() if word.strip()}
    amount = amount_of(line, accepted)
    if not reason.strip():
        raise NotAccepted("请写明认定的理由和依据的材料。", "reason")
    _other_lines(report, finding, line)
    if cause == Cause.UNDECLARED:
        _may_be_called_undeclared(report, said)
    exhibits.check(papers)
    made = Acceptance(
        finding=finding,
        cause=cause,
        excluded=sorted(said),
        content=case.key.seal(
            {"accepted": amount, "explanation": reason.strip(), "excluded": said}
        ),
        accepted_by=by.identifier,
        accepted_at=moment(),
    )
    made.entry_id = note(
        case=case.pk,
        report=str(report.pk),
        finding=finding.position,
        member=str(finding.member_id),
        cause=cause,
        acceptance=str(made.pk),
    )
    made.save(force_insert=True)
    exhibits.bring(case, made.pk, papers, made.entry_id)
    return made


def as_accepted(report: Report, anew: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """
    Return the body of a draft with what was accepted so far; any other as it was signed.

    anew: parts of the body that are composed anew, its findings in the same order
    """
    body: dict[str, Any] = {**report.opened, **(anew or {})}
    if anew:
        pairs = zip(body["findings"], report.opened["findings"], strict=True)
        body["findings"] = [line | {name: was[name] for name in MARKS} for line, was in pairs]
    made = _newest(report)
    if report.status == Report.Status.ISSUED or not (made or _is_accepted(body)):
        return body
    key = report.commission.case.key
    lines = list(body["findings"])
    for position, one in made.items():
        said = key.open(one.content)
        lines[position] = mark(lines[position], one.cause, said["accepted"], said["explanation"])
    declaration = report.commission.declaration
    declaration.case = report.commission.case
    stated = stated_in(declaration)
    return with_accepted({**body, "findings": lines}, stated, found_in(report.commission))


def accepted_in(report: Report) -> list[Acceptance]:
    """Return what was accepted on a report, the newest on each finding."""
    return list(_newest(report).values())


def _newest(report: Report) -> dict[int, Acceptance]:
    """Return the newest acceptance of each finding, by position."""
    made = Acceptance.objects.filter(finding__report=report).select_related("finding")
    return {one.finding.position: one for one in made.order_by("id")}


def _is_accepted(body: Mapping[str, Any]) -> bool:
    return any(line["accepted"] is not None for line in body["findings"])


def amount_of(line: Mapping[str, Any], written: str) -> str | int:
    """Read what is accepted, in the unit of the line. :raises NotAccepted: it cannot be read"""
    if line["unit"] == "count":
        if not (written.isascii() and written.isdigit() and len(written) < 4):
            raise NotAccepted("请填写认定的数量,如 0 或 1。", "accepted")
        return int(written)
    if line["unit"] != "fen":
        raise NotAccepted("这一项没有可以认定的数额。")
    try:
        return yuan_text(fen_from_yuan(written))
    except MoneyError as error:
        raise NotAccepted(str(error), "accepted") from error


def _other_lines(report: Report, finding: Finding, line: Mapping[str, Any]) -> None:
    """Refuse a second amount for the same part. :raises NotAccepted: another line has one"""
    for position, other in enumerate(as_accepted(report)["findings"]):
        same = other["member"] == line["member"] and other["part"] == line["part"]
        if same and position != finding.position and other["accepted"] is not None:
            raise NotAccepted(f"“{other['label']}”已经认定过这一部分,不能重复计算。")


def _may_be_called_undeclared(report: Report, said: Mapping[str, str]) -> None:
    missing = [cause.label for cause in OTHERS if cause not in said]
    if missing:
        raise NotAccepted(f"请先逐项排除其他原因并各写一句:{'、'.join(missing)}。", "excluded")
    told = Delivery.objects.filter(
        report__commission=report.commission_id,
        report__version__lt=report.version,
        objections_until__lt=today(),
    )
    if not told.exists():
        raise NotAccepted(
            "家庭还没有收到过报告,或者异议期还没有届满,不能认定为应申报未申报。", "cause"
        )
